module dev.baton/integration/backend

go 1.24
