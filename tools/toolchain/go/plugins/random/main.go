// Command random is the Pulumi resource plugin for random values.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
)

func main() {
	ctx := context.Background()
	// The engine reads the plugin's port from stdout: the generator's remarks must not get there.
	quiet := diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never})
	// The schema takes 80 ms to make: less trouble than a generated file to keep.
	generated, err := tfgen.GenerateSchema(ctx, tfgen.GenerateSchemaOptions{
		ProviderInfo: info(), DiagnosticsSink: quiet, XInMemoryDocs: true,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "random:", err)
		os.Exit(1)
	}
	tfbridge.Main(ctx, "random", info(), generated.ProviderMetadata)
}
