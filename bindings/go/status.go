package sortie

/*
#include "helper.h"
*/
import "C"

// Status is why a call failed, as a number of the C library's. It is an error itself, for [errors.Is]:
//
//	if errors.Is(err, sortie.ErrConnectTimeout) { .. }
type Status int32

// Why calls fail. Numbers may be added.
const (
	// ErrArgument: an argument makes no sense.
	ErrArgument Status = C.SORTIE_ERR_ARGUMENT
	// ErrNull, ErrUTF8: an argument is missing, or is not UTF-8.
	ErrNull Status = C.SORTIE_ERR_NULL
	ErrUTF8 Status = C.SORTIE_ERR_UTF8
	// ErrBusy: the handle is in use.
	ErrBusy Status = C.SORTIE_ERR_BUSY
	// ErrForked: the session was made before the process forked.
	ErrForked Status = C.SORTIE_ERR_FORKED
	// ErrPanic: a fault of the library's own.
	ErrPanic Status = C.SORTIE_ERR_PANIC

	// ErrInvalidURL: the URL is none that HTTP can use.
	ErrInvalidURL Status = C.SORTIE_ERR_INVALID_URL
	// ErrInvalidHeader: a header field may not be sent like that.
	ErrInvalidHeader Status = C.SORTIE_ERR_INVALID_HEADER
	// ErrInvalidBody: the body cannot be encoded.
	ErrInvalidBody Status = C.SORTIE_ERR_INVALID_BODY
	// ErrRefused: a hook refused the call.
	ErrRefused Status = C.SORTIE_ERR_REFUSED
	// ErrUnsupported: something that is not built in was asked for.
	ErrUnsupported Status = C.SORTIE_ERR_UNSUPPORTED

	// ErrResolve: the host's name was not found.
	ErrResolve Status = C.SORTIE_ERR_RESOLVE
	// ErrConnect: no address of the host could be connected to.
	ErrConnect Status = C.SORTIE_ERR_CONNECT
	// ErrAddress: the address policy refused the addresses of the host.
	ErrAddress Status = C.SORTIE_ERR_ADDRESS
	// ErrProxy: a proxy opened no tunnel.
	ErrProxy Status = C.SORTIE_ERR_PROXY
	// ErrTLS: the certificate, the handshake, or a record.
	ErrTLS Status = C.SORTIE_ERR_TLS

	// ErrConnectTimeout and the others: what took too long.
	ErrConnectTimeout      Status = C.SORTIE_ERR_CONNECT_TIMEOUT
	ErrQueueTimeout        Status = C.SORTIE_ERR_QUEUE_TIMEOUT
	ErrFirstByteTimeout    Status = C.SORTIE_ERR_FIRST_BYTE_TIMEOUT
	ErrBetweenBytesTimeout Status = C.SORTIE_ERR_BETWEEN_BYTES_TIMEOUT
	ErrTotalTimeout        Status = C.SORTIE_ERR_TOTAL_TIMEOUT
	ErrDeadline            Status = C.SORTIE_ERR_DEADLINE

	// ErrBody: the body could not be read while it was sent, or has another length than was said.
	ErrBody Status = C.SORTIE_ERR_BODY
	// ErrSend: the request could not be written.
	ErrSend Status = C.SORTIE_ERR_SEND
	// ErrReceive: the response could not be read.
	ErrReceive Status = C.SORTIE_ERR_RECEIVE
	// ErrClosed: the peer closed the connection before it answered.
	ErrClosed Status = C.SORTIE_ERR_CLOSED
	// ErrProtocol: what the peer sent is no HTTP, or is past a limit of its form.
	ErrProtocol Status = C.SORTIE_ERR_PROTOCOL
	// ErrTruncated: the content ended before its end.
	ErrTruncated Status = C.SORTIE_ERR_TRUNCATED
	// ErrContent: the content is damaged, or not what it was read as.
	ErrContent Status = C.SORTIE_ERR_CONTENT
	// ErrContentTooLarge: the content is larger than allowed.
	ErrContentTooLarge Status = C.SORTIE_ERR_CONTENT_TOO_LARGE

	// ErrTooManyRedirects: there were more redirects than allowed.
	ErrTooManyRedirects Status = C.SORTIE_ERR_TOO_MANY_REDIRECTS
	// ErrRedirect: a redirect cannot be followed.
	ErrRedirect Status = C.SORTIE_ERR_REDIRECT
	// ErrAuth: nobody could say who asks.
	ErrAuth Status = C.SORTIE_ERR_AUTH
	// ErrUpgrade: the server did not switch protocols.
	ErrUpgrade Status = C.SORTIE_ERR_UPGRADE
	// ErrStatus: the status is 400 or above; only [Response.RaiseForStatus] says so.
	ErrStatus Status = C.SORTIE_ERR_STATUS

	// ErrCancelled: the call was cancelled.
	ErrCancelled Status = C.SORTIE_ERR_CANCELLED
	// ErrFile: a file could not be read, written or understood.
	ErrFile Status = C.SORTIE_ERR_FILE
	// ErrSystem: the system refused what is needed, such as another descriptor.
	ErrSystem Status = C.SORTIE_ERR_SYSTEM
	// ErrOther: something that has no number yet.
	ErrOther Status = C.SORTIE_ERR_OTHER

	// ErrSessionClosed: the session was closed before the call. It is no number of C's.
	ErrSessionClosed Status = -1
	// ErrStreamClosed: the stream was closed before it was read to its end. It is no number of C's.
	ErrStreamClosed Status = -2
)

// Error is the status' name.
func (s Status) Error() string {
	switch s {
	case ErrSessionClosed:
		return "the session is closed"
	case ErrStreamClosed:
		return "the stream is closed"
	}
	return C.GoString(C.sortie_status_name(C.sortie_status(s)))
}
