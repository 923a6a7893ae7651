package main

import (
	"context"
	"errors"
	"strings"

	tfpf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-providers/terraform-provider-random/shim"
)

// version is that of the npm package @pulumi/random whose plugin this stands in for.
const version = "4.21.2"

var resources = []string{
	"RandomBytes", "RandomId", "RandomInteger", "RandomPassword", "RandomPet", "RandomShuffle", "RandomString", "RandomUuid",
}

// info describes terraform-provider-random to the bridge, with the tokens of the official Pulumi package.
func info() tfbridge.ProviderInfo {
	infos := map[string]*tfbridge.ResourceInfo{}
	for _, name := range resources {
		infos["random_"+strings.ToLower(strings.TrimPrefix(name, "Random"))] = &tfbridge.ResourceInfo{
			Tok: tokens.Type("random:index/r" + name[1:] + ":" + name),
		}
	}
	infos["random_bytes"].ComputeID = bytesID
	return tfbridge.ProviderInfo{
		P:            tfpf.ShimProvider(shim.NewProvider()),
		Name:         "random",
		Version:      version,
		Description:  "A Pulumi package to safely use randomness in Pulumi programs.",
		License:      "Apache-2.0",
		Repository:   "https://github.com/pulumi/pulumi-random",
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Resources:    infos,
	}
}

// random_bytes has no id in Terraform: the official package takes its base64 text.
func bytesID(_ context.Context, state resource.PropertyMap) (resource.ID, error) {
	text, ok := state["base64"]
	if ok && text.IsSecret() {
		text = text.SecretValue().Element
	}
	if !ok || !text.IsString() {
		return "", errors.New("random_bytes: no base64 string in the state")
	}
	return resource.ID(text.StringValue()), nil
}
