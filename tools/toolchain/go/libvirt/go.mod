module qvd-ha/toolchain/libvirt

go 1.26

require (
	github.com/digitalocean/go-libvirt v0.0.0-20240916165608-bff44a349d9d
	github.com/dmacvicar/terraform-provider-libvirt v0.8.3
)

require golang.org/x/crypto v0.31.0 // indirect
