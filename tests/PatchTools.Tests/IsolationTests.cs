using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using PatchTools.Model;
using PatchTools.Ports;
using PatchTools.Testing;
using PatchTools.Testing.Aws;
using PatchTools.Tests.Conformance;

namespace PatchTools.Tests;

/// <summary>The adapters in their private context, with their packages at work.</summary>
[Collection(ProcessEnvironment.Name)]
public sealed class IsolationTests
{
    private static readonly string AdaptersFolder = Path.Combine(StagedModule.Folder, "bin", "adapters");

    [Fact]
    public async Task A_decoy_of_the_SDK_that_was_loaded_first_changes_nothing()
    {
        using var folder = new TemporaryDirectory();
        var decoy = AssemblyLoadContext.Default.LoadFromAssemblyPath(EmitDecoy(folder.File("AWSSDK.Core.dll")));
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);

        var factory = AdaptersLoadContext.LoadFrom(AdaptersFolder);
        var grant = await factory
            .CreatePatchService(new AwsSettings { Region = aws.Options.Region })
            .GetDeployablePatchSnapshotAsync(
                new SnapshotCall(
                    aws.Options.InstanceId,
                    "11111111-2222-4333-8444-555555555555",
                    BaselineOverride: null
                ),
                ServiceClient.Default,
                CancellationToken.None
            );

        Assert.Equal(aws.Options.Product, grant.Product);
        Assert.Equal(SignatureVerdict.Valid, Assert.Single(aws.Calls).Signature);
        var adapters = AssemblyLoadContext.GetLoadContext(factory.GetType().Assembly)!;
        var used = Assert.Single(adapters.Assemblies, assembly => assembly.GetName().Name == "AWSSDK.Core");
        Assert.Equal(Path.Combine(AdaptersFolder, "AWSSDK.Core.dll"), used.Location);
        Assert.NotSame(decoy, used);
        Assert.NotSame(AssemblyLoadContext.Default, adapters);
        Assert.DoesNotContain(
            adapters.Assemblies,
            assembly => assembly.GetName().Name is "PatchTools.Engine" or "PatchTools.Foundation"
        );
    }

    [Fact]
    public void A_list_is_read_and_refused_across_the_border_and_nothing_of_AWS_is_loaded_for_it()
    {
        var factory = AdaptersLoadContext.LoadFrom(AdaptersFolder);

        var entry = Assert.Single(factory.CreateOverrideListReader().Read("patches: [{id: 1.10}]"u8.ToArray()));
        var failure = Assert.Throws<OverrideListException>(() =>
            factory.CreateOverrideListReader().Read("patches: [{id: *x }]"u8.ToArray())
        );

        Assert.Equal("1.10", entry.Id);
        Assert.Contains("must be quoted", failure.Message, StringComparison.Ordinal);
        var loaded = AssemblyLoadContext
            .GetLoadContext(factory.GetType().Assembly)!
            .Assemblies.Select(assembly => assembly.GetName().Name!)
            .ToList();
        Assert.Contains("YamlDotNet", loaded);
        Assert.DoesNotContain(loaded, name => name.StartsWith("AWSSDK", StringComparison.Ordinal));
        Assert.DoesNotContain(
            AssemblyLoadContext.Default.Assemblies,
            assembly => assembly.GetName().Name == "YamlDotNet"
        );
    }

    /// <summary>An assembly with the SDK's name and version and nothing in it.</summary>
    private static string EmitDecoy(string path)
    {
        var decoy = new PersistedAssemblyBuilder(
            new AssemblyName("AWSSDK.Core") { Version = new Version(4, 0, 0, 0) },
            typeof(object).Assembly
        );
        decoy.DefineDynamicModule("AWSSDK.Core").DefineType("Decoy", TypeAttributes.Public).CreateType();
        decoy.Save(path);
        return path;
    }
}
