# Builds and installs libsortie: headers, libraries, and what pkg-config and CMake look for.
#
#   make                                    builds it
#   make install PREFIX=/usr/local          puts in place what was built; DESTDIR is heeded
#   make uninstall PREFIX=/usr/local        takes that away again, of whatever version it is
#
# `install` builds only where a library is missing, so that `make && sudo make install` runs no cargo as root.
# PROFILE=debug builds and installs one for debuggers. SHARED=no or STATIC=no leaves that library out: no program is
# linked with one that an earlier `install` left under the same PREFIX, but those that were linked with it still run.

PREFIX ?= /usr/local
INCLUDEDIR ?= $(PREFIX)/include
LIBDIR ?= $(PREFIX)/lib
DESTDIR ?=
PROFILE ?= release
SHARED ?= yes
STATIC ?= yes
CARGO ?= cargo
CARGOFLAGS ?= --locked
INSTALL ?= install

# They end up in files of pkg-config and CMake, in sed and in shells: each has its own way to quote.
ifneq ($(filter install uninstall,$(MAKECMDGOALS)),)
strange := ' " ` ; & | \ $$ % \# * ? < > ( )
$(foreach name,PREFIX INCLUDEDIR LIBDIR DESTDIR CARGO_TARGET_DIR PROFILE,$(if \
	$(filter-out 1,$(words =$($(name))=))$(strip $(foreach each,$(strange),$(findstring $(each),$($(name))))),\
	$(error $(name) is "$($(name))", but must have no spaces and none of $(strange))))
endif

VERSION := $(shell sed -n 's/^version = "\(.*\)"$$/\1/p' Cargo.toml | head -n 1)
# A program must be compiled anew when this changes.
MAJOR := $(firstword $(subst ., ,$(VERSION)))

CARGO_TARGET_DIR ?= target
BUILT := $(CARGO_TARGET_DIR)/$(if $(CARGO_BUILD_TARGET),$(CARGO_BUILD_TARGET)/)$(PROFILE)
# What a program has to link beside the static library; the compiler of the library writes it.
NATIVE := $(abspath $(BUILT))/libsortie.native

ifeq ($(shell uname -s),Darwin)
FILE := libsortie.dylib
SONAME := libsortie.$(MAJOR).dylib
VERSIONED := libsortie.$(VERSION).dylib
ANY := libsortie.*.dylib
else
FILE := libsortie.so
SONAME := libsortie.so.$(MAJOR)
VERSIONED := libsortie.so.$(VERSION)
ANY := libsortie.so.*
endif

# What `install` needs; where some of it is missing, it builds.
WANTED := $(NATIVE) $(if $(filter yes,$(SHARED)),$(BUILT)/$(FILE)) $(if $(filter yes,$(STATIC)),$(BUILT)/libsortie.a)
MISSING := $(filter-out $(wildcard $(WANTED)),$(WANTED))

HEADERS := include/sortie.h include/sortie.hpp
PARTS := $(wildcard include/sortie/*.hpp)

# How to get from a folder below PREFIX back to it, so that what is installed can be moved as a whole. From a folder
# elsewhere there is no way but PREFIX itself.
space := $(subst ,, )
up = $(if $(filter $(PREFIX)/%,$(1)),$(2)/$(subst $(space),/,$(patsubst %,..,$(subst /, ,$(patsubst $(PREFIX)/%,%,$(1))))),$(PREFIX))
below = $(if $(filter $(PREFIX)/%,$(1)),$(2)/$(patsubst $(PREFIX)/%,%,$(1)),$(1))

include := $(DESTDIR)$(INCLUDEDIR)
lib := $(DESTDIR)$(LIBDIR)

.PHONY: all build install uninstall

all: build

build:
	$(CARGO) rustc $(CARGOFLAGS) -p sortie-capi --lib $(if $(filter release,$(PROFILE)),--release,$(if $(filter-out debug,$(PROFILE)),--profile $(PROFILE))) \
		-- --print native-static-libs='$(NATIVE)'

# The compiler driver adds libc and the unwinder's library itself, and picks the right one where a program is linked static.
fill = sed -e "s|@VERSION@|$(VERSION)|g" -e "s|@MAJOR@|$(MAJOR)|g" \
	-e "s|@SHARED@|$(SHARED)|g" -e "s|@STATIC@|$(STATIC)|g" \
	-e "s|@VERSIONED@|$(VERSIONED)|g" -e "s|@SONAME@|$(SONAME)|g" \
	-e "s|@NATIVE@|$$(sed -e 's/-lgcc_s//g' -e 's/-lc$$//' -e 's/-lc //g' -e 's/-lSystem//g' '$(NATIVE)' | tr '\n' ' ' | tr -s ' ' | sed -e 's/^ //' -e 's/ $$//')|g"

install: $(if $(MISSING)$(filter all build,$(MAKECMDGOALS)),build)
	$(INSTALL) -d '$(include)/sortie' '$(lib)/pkgconfig' '$(lib)/cmake/sortie'
	rm -f '$(include)/sortie/'*.hpp
	$(INSTALL) -m 644 $(HEADERS) '$(include)'
	$(INSTALL) -m 644 $(PARTS) '$(include)/sortie'
ifeq ($(SHARED),yes)
	$(INSTALL) -m 755 '$(BUILT)/$(FILE)' '$(lib)/$(VERSIONED)'
	ln -sf $(VERSIONED) '$(lib)/$(SONAME)'
	ln -sf $(SONAME) '$(lib)/$(FILE)'
else
	rm -f '$(lib)/$(FILE)'
endif
ifeq ($(STATIC),yes)
	$(INSTALL) -m 644 '$(BUILT)/libsortie.a' '$(lib)/libsortie.a'
else
	rm -f '$(lib)/libsortie.a'
endif
	$(fill) -e 's|@PREFIX@|$(call up,$(LIBDIR)/pkgconfig,$${pcfiledir})|g' \
		-e 's|@LIBDIR@|$(call below,$(LIBDIR),$${prefix})|g' -e 's|@INCLUDEDIR@|$(call below,$(INCLUDEDIR),$${prefix})|g' \
		crates/capi/install/sortie.pc.in > '$(lib)/pkgconfig/sortie.pc'
	$(fill) -e 's|@PREFIX@|$(call up,$(LIBDIR)/cmake/sortie,$${CMAKE_CURRENT_LIST_DIR})|g' \
		-e 's|@LIBDIR@|$(call below,$(LIBDIR),$${_sortie_prefix})|g' -e 's|@INCLUDEDIR@|$(call below,$(INCLUDEDIR),$${_sortie_prefix})|g' \
		crates/capi/install/sortieConfig.cmake.in > '$(lib)/cmake/sortie/sortieConfig.cmake'
	$(fill) crates/capi/install/sortieConfigVersion.cmake.in > '$(lib)/cmake/sortie/sortieConfigVersion.cmake'
	chmod 644 '$(lib)/pkgconfig/sortie.pc' '$(lib)/cmake/sortie/sortieConfig.cmake' '$(lib)/cmake/sortie/sortieConfigVersion.cmake'

uninstall:
	rm -f $(foreach each,$(notdir $(HEADERS)),'$(include)/$(each)') '$(include)/sortie/'*.hpp
	rm -f '$(lib)/$(FILE)' '$(lib)/'$(ANY) '$(lib)/libsortie.a' '$(lib)/pkgconfig/sortie.pc'
	rm -f '$(lib)/cmake/sortie/sortieConfig.cmake' '$(lib)/cmake/sortie/sortieConfigVersion.cmake'
	for each in '$(include)/sortie' '$(lib)/cmake/sortie'; do rmdir "$$each" 2> /dev/null || true; done
