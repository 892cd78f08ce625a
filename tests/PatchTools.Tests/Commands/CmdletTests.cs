using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Testing;

namespace PatchTools.Tests.Commands;

public sealed class CmdletTests
{
    [Theory]
    [InlineData("Install")]
    [InlineData("install")]
    public void Install_without_root_is_refused_before_anything_is_done(string operation)
    {
        using var session = new Session();
        var error = session.ErrorOf("Invoke-PatchBaseline -Operation $args[0] -Default", operation);
        Assert.Equal("ElevationRequired,PatchTools.Commands.InvokePatchBaselineCommand", error.FullyQualifiedErrorId);
        Assert.Equal(172, Assert.IsType<PatchToolsException>(error.Exception).ExitCode);
    }

    [Fact]
    public void An_operation_that_does_not_exist_is_refused_by_the_binder()
    {
        using var session = new Session();
        Assert.StartsWith(
            "ParameterArgumentValidationError,",
            session.ErrorOf("Invoke-PatchBaseline -Operation Upgrade -Default").FullyQualifiedErrorId,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Refreshing_without_root_is_refused_before_any_work()
    {
        using var session = new Session();
        Assert.Equal(
            172,
            Assert.IsType<PatchToolsException>(session.ErrorOf("Get-PatchInventory -Refresh").Exception).ExitCode
        );
        Assert.Equal(
            172,
            Assert
                .IsType<PatchToolsException>(
                    session.ErrorOf("$args[0] | Test-PatchCompliance -Refresh", Samples.Snapshot()).Exception
                )
                .ExitCode
        );
    }

    [Fact]
    public void Publishing_with_WhatIf_sends_nothing_and_writes_nothing()
    {
        using var session = new Session();
        Assert.Empty(session.Run("$args[0] | Publish-PatchSummary -WhatIf -PassThru", Samples.NonCompliantReport()));
        Assert.Contains(
            "What if: Performing the operation \"Save the patch states and send the report\" on target \"web-1\".",
            session.Shown,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Exporting_with_WhatIf_writes_no_file()
    {
        using var session = new Session();
        using var folder = new TemporaryDirectory();
        var path = folder.File("inventory.json");
        Assert.Empty(
            session.Run("$args[0] | Export-PatchInventory -Path $args[1] -PassThru -WhatIf", Samples.Inventory(), path)
        );
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("localhost:4566")]
    public void An_endpoint_that_is_no_URL_is_a_typed_error(string endpoint)
    {
        using var session = new Session();
        Assert.StartsWith(
            "InvalidLocation,",
            session.ErrorOf("Get-PatchSnapshot -EndpointUrl $args[0]", endpoint).FullyQualifiedErrorId,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("Get-PatchSnapshot -Default -Path x")]
    [InlineData("Get-PatchSnapshot -Default -SnapshotId x")]
    [InlineData("Get-PatchInventory -Path x -Refresh")]
    [InlineData("Publish-PatchSummary -Pending -Report $args[0]")]
    [InlineData("$args[1] | Test-PatchCompliance -Inventory $args[2] -Refresh")]
    public void Parameters_that_contradict_each_other_are_refused_by_the_binder(string command)
    {
        using var session = new Session();
        Assert.StartsWith(
            "AmbiguousParameterSet,",
            session
                .ErrorOf(command, Samples.NonCompliantReport(), Samples.Snapshot(), Samples.Inventory())
                .FullyQualifiedErrorId,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_predefined_baseline_is_that_of_the_system_that_is_judged()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder.File("image/etc/os-release"), "ID=rocky\nVERSION_ID=\"9.4\"\n");
        var rocky = Samples.Inventory() with
        {
            Family = PackageFamily.Dnf,
            Origin = InventoryOrigin.Root,
            OperatingSystem = new OsRelease { Id = "rocky", VersionId = "9.4" },
        };
        using var session = new Session();

        foreach (
            var script in new[]
            {
                "Get-PatchSnapshot -Default -Root $args[0]",
                "Get-PatchSnapshot -Default -Root \"$($args[0])/\"",
                "Get-PatchSnapshot -Default -Inventory $args[1]",
                "(Get-PatchSnapshot -Default | Test-PatchCompliance -Inventory $args[1]).Snapshot",
            }
        )
        {
            var snapshot = Assert.IsType<PatchSnapshot>(
                Assert.Single(session.Run(script, Path.Combine(folder.Path, "image"), rocky))
            );
            Assert.Equal(
                ("RockyLinux9.4", "ROCKY_LINUX", SnapshotOrigin.Default),
                (snapshot.Product, snapshot.OperatingSystem, snapshot.Origin)
            );
        }

        Assert.Equal(
            "PackageManagerNotFound,PatchTools.Commands.GetPatchSnapshotCommand",
            session.ErrorOf("Get-PatchSnapshot -Default -Root /no/such").FullyQualifiedErrorId
        );
    }

    [Theory]
    [InlineData("6.1.0-18-amd64", "linux-image-6.1.0-21-amd64", true, null)]
    [InlineData("6.1.0-21-amd64", "linux-image-6.1.0-21-amd64", false, null)]
    [InlineData(
        "5.15.0-own",
        "linux-image-6.1.0-21-amd64",
        false,
        "Cannot tell whether a reboot is needed: the running kernel 5.15.0-own is not of this root's packages"
    )]
    public void Whether_a_reboot_is_needed_is_true_or_false_and_unknown_is_false_with_a_warning(
        string running,
        string installed,
        bool expected,
        string? warning
    )
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(
            folder.File("root/var/lib/dpkg/status"),
            $"Package: {installed}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 6.1.90-1\n\n"
        );
        File.WriteAllText(folder.File("proc/sys/kernel/osrelease"), running + "\n");
        File.WriteAllText(folder.File("proc/uptime"), "100.00 1.00\n");
        var host = Samples.Host(isRoot: true, folder.File("state/x"));
        using var session = new Session(
            host: host with
            {
                Paths = host.Paths with
                {
                    Root = Path.Combine(folder.Path, "root"),
                    ProcDirectory = Path.Combine(folder.Path, "proc"),
                },
            }
        );
        var assessment = Assert.IsType<RebootAssessment>(Assert.Single(session.Run("Test-PatchRebootRequired")));
        Assert.Equal(warning is null ? expected : null, assessment.IsRequired);
        Assert.Equal(
            expected,
            Assert.Single(
                session.Run(
                    "Test-PatchRebootRequired -Quiet -WarningVariable global:warned -WarningAction SilentlyContinue"
                )
            )
        );
        Assert.StartsWith(warning ?? "", string.Concat(session.Run("\"$global:warned\"")), StringComparison.Ordinal);
    }
}
