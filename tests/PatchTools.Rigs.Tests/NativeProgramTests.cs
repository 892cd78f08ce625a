using System.Text.Json;
using PatchTools.Testing.Aws;

namespace PatchTools.Rigs.Tests;

/// <summary>The natively compiled program, as it is shipped.</summary>
public sealed class NativeProgramTests
{
    private static readonly Version NewestGlibc = new(2, 17);

    /// <summary>Red Hat Enterprise Linux 7 and Amazon Linux 2 and all that came after them have it.</summary>
    [Fact]
    public void No_program_wants_a_glibc_newer_than_2_17()
    {
        NativeProgram.Need();
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("PATCHTOOLS_SYSROOTS") is { Length: > 0 },
            "linked for old hosts only where PATCHTOOLS_SYSROOTS names the folders that .ci/sysroots makes"
        );
        Assert.All(
            Directory.GetDirectories(NativeProgram.Root),
            folder =>
            {
                var versions = ElfVersions
                    .Needed(Path.Combine(folder, "patchtools"))
                    .Where(version => version.StartsWith("GLIBC_2", StringComparison.Ordinal))
                    .ToList();
                Assert.NotEmpty(versions);
                Assert.All(
                    versions,
                    version => Assert.True(Version.Parse(version["GLIBC_".Length..]) <= NewestGlibc, version)
                );
            }
        );
    }

    [Fact]
    public void The_program_scans_inside_and_sends_nothing_where_no_repository_proves_anything()
    {
        NativeProgram.Need();
        using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = Baselines.Security() });
        using var root = new OverlayRoot();
        root.UseAws(aws);
        root.Environment.Remove("DOTNET_ROOT");
        using var process = root.StartProgram("scan", "--verbose");
        var run = process.Wait();
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("Cannot tell", run.Output, StringComparison.Ordinal);
        Assert.Contains("The report was saved and not sent", run.Error, StringComparison.Ordinal);
        Assert.Contains(
            "GetDeployablePatchSnapshotForInstance 200",
            aws.Requests.Select(request => $"{request.Target} {request.Status}")
        );
        Assert.DoesNotContain(aws.Requests, request => request.Target == "PutInventory");
    }

    [Fact]
    public void Every_command_answers_in_a_bare_host()
    {
        NativeProgram.Need();
        using var root = new OverlayRoot();
        foreach (var command in (string[])["inventory", "reboot-required", "version"])
        {
            using var process = root.StartProgram(command, "--json");
            using var document = JsonDocument.Parse(process.Wait().Expect().Output);
            Assert.StartsWith(
                "patchtools-",
                document.RootElement.GetProperty("format").GetString()!,
                StringComparison.Ordinal
            );
        }

        using var plan = root.StartProgram("plan", "--default");
        Assert.Contains("othing", plan.Wait().Expect().Output, StringComparison.Ordinal);
        using var pending = root.StartProgram("publish");
        Assert.Empty(pending.Wait().Expect().Output);
        using var report = root.StartProgram("report");
        Assert.Contains(
            "Error SummaryNotFound, exit status 1.",
            report.Wait().Expect(1).Error,
            StringComparison.Ordinal
        );
    }
}
