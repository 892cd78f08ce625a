using System.Globalization;
using System.Runtime.CompilerServices;
using PatchTools.Payloads;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Engine.Tests.Payloads;

/// <summary>A bundle with as many files as one may have, unpacked by a process of its own below strace.</summary>
public sealed class ManyFilesTests : IDisposable
{
    private const string Variable = "PATCHTOOLS_TEST_MANY_FILES";
    private const int Files = 9_900;
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_bundle_of_ten_thousand_files_is_unpacked_with_few_syncs()
    {
        Rig.NeedsCommands("strace");
        var trace = _folder.File("strace.log");
        var target = Directory.CreateDirectory(Path.Combine(_folder.Path, "target")).FullName;
        RigProcess
            .Run(
                "env",
                $"{Variable}={target}",
                "strace",
                "-f",
                "-qq",
                "-e",
                "trace=fsync,fdatasync,sync,syncfs,sync_file_range",
                "-e",
                "signal=none",
                "-o",
                trace,
                "dotnet",
                typeof(ManyFilesTests).Assembly.Location
            )
            .Expect();
        var syncs = File.ReadLines(trace).Count(line => line.Contains("sync", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{Files} files, {syncs} syncs")
        );
        Assert.Equal(Files + 3, Directory.GetFiles(target, "*", SearchOption.AllDirectories).Length);
        Assert.InRange(syncs, 1, 20);
    }

    [ModuleInitializer]
    internal static void UnpackMany()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } target)
            return;
        var bundle = Bundles.Pack([
            .. Bundles.Module(),
            .. Enumerable
                .Range(0, Files)
                .Select(i => Bundles.File(string.Create(CultureInfo.InvariantCulture, $"PatchTools/bin/f{i}"), "x")),
        ]);
        BundleArchive.Unpack(bundle, target, BundleLimits.Default, CancellationToken.None);
        Environment.Exit(0);
    }
}
