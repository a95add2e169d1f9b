module example.invalid/sortie/bindings/go

go 1.21
