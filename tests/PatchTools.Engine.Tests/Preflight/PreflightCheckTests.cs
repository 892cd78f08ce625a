using PatchTools.Engine.Tests.Reporting;
using PatchTools.Errors;
using PatchTools.Families;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Model;
using PatchTools.Preflight;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Preflight;

/// <summary>
/// Hosts on which an install would fail, made up on disk; free space, apt's configuration and the clock are the test's.
/// </summary>
public sealed class PreflightCheckTests : IDisposable
{
    private const long MiB = 1024 * 1024;

    private static readonly DateTimeOffset Now = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();
    private readonly MadeUpFileSystems _fileSystems = new();
    private readonly FixedClock _clock = new(Now);

    public PreflightCheckTests()
    {
        File.WriteAllText(_directory.File("root/var/lib/dpkg/status"), "");
        File.SetLastWriteTimeUtc(_directory.File("root/var/lib/dpkg/status"), Now.AddDays(-1).UtcDateTime);
        Mounts("22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw");
    }

    public void Dispose() => _directory.Dispose();

    private string Root => Path.Combine(_directory.Path, "root");

    [Fact]
    public void A_host_in_order_has_no_findings() => Assert.Empty((Check()).Findings);

    [Fact]
    public void Everything_that_is_wrong_is_named_at_once_with_its_cure()
    {
        _fileSystems.Default = new FreeSpace(1 * MiB, 5);
        _fileSystems.Unwritable = "Read-only file system";
        Mounts("22 1 8:1 / / ro,relatime - ext4 /dev/sda1 ro");
        var report = Check(plan: Plan(downloads: 100 * MiB));
        var failure = Assert.Throws<PatchToolsException>(report.ThrowIfFatal);
        Assert.Equal((PatchErrors.PreflightFailed, 1), (failure.Error, failure.ExitCode));
        Assert.Equal(
            ["ReadOnlyMount", "DiskFull", "InodesUsedUp", "DataDirectoryUnwritable", "DataDirectoryUnwritable"],
            report.Findings.Select(f => f.Id)
        );
        Assert.StartsWith(
            "The install would fail, so nothing was changed.\n1. / is mounted read-only, and ",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.All(
            report.Findings,
            f => Assert.Contains($"{f.Text}. {f.Action}", failure.Message, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Not_being_root_has_the_exit_code_172_whatever_else_is_wrong()
    {
        _fileSystems.Unwritable = "Permission denied";
        var failure = Assert.Throws<PatchToolsException>((Check(isRoot: false)).ThrowIfFatal);
        Assert.Equal(172, failure.ExitCode);
        Assert.Contains("Permission denied", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_without_package_manager_is_fatal()
    {
        File.Delete(Path.Combine(Root, "var/lib/dpkg/status"));
        Assert.Equal(["NoPackageManager"], (Check()).Findings.Where(f => f.IsFatal).Select(f => f.Id));
    }

    [Fact]
    public void The_downloads_must_fit_where_apt_is_told_to_put_them()
    {
        File.WriteAllText(
            _directory.File("root/etc/apt/apt.conf.d/10archives"),
            "Dir::Cache::Archives \"/mnt/archives/\";\n"
        );
        var archives = Path.Combine(Root, "mnt/archives");
        Mounts("22 1 8:1 / / rw - ext4 /dev/sda1 rw", $"23 22 8:2 / {archives} rw - ext4 /dev/sda2 rw");
        _fileSystems.At[archives] = new FreeSpace(50 * MiB, null);
        Assert.Empty((Check(plan: Plan(downloads: 50 * MiB))).Findings);
        var finding = Assert.Single((Check(plan: Plan(downloads: (50 * MiB) + 1))).Findings);
        Assert.Equal(("DiskFull", true), (finding.Id, finding.IsFatal));
        Assert.StartsWith(
            $"The file system of {archives} has 50.0 MiB free and the install needs 50.0 MiB",
            finding.Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void On_a_host_of_dnf_its_own_cache_its_boot_images_and_its_commands_are_meant()
    {
        AsRpm("[main]\ncachedir=/mnt/dnf\n");
        File.WriteAllBytes(_directory.File("root/boot/vmlinuz-5.14.0-1.el9.x86_64"), new byte[100]);
        File.WriteAllBytes(_directory.File("root/boot/initramfs-5.14.0-1.el9.x86_64.img"), new byte[900]);
        Mounts(
            "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
            $"23 22 8:3 / {Root}/boot rw - ext4 /dev/sda3 rw",
            $"24 22 8:2 / {Root}/mnt/dnf rw - ext4 /dev/sda2 rw",
            $"25 22 8:4 / {Root}/tmp rw,noexec - tmpfs tmpfs rw"
        );
        _fileSystems.At[Path.Combine(Root, "mnt/dnf")] = new FreeSpace(50 * MiB, null);
        _fileSystems.At[Path.Combine(Root, "boot")] = new FreeSpace(999, null);
        Assert.Empty(Check(plan: Plan(downloads: 50 * MiB)).Findings);
        var findings = Check(plan: Plan(downloads: (50 * MiB) + 1, change: "kernel-core")).Findings;
        Assert.Equal(["DiskFull", "DiskFull"], findings.Select(f => f.Id));
        Assert.Contains(
            findings,
            f => f.Text.StartsWith($"The file system of {Root}/mnt/dnf has 50.0 MiB free", StringComparison.Ordinal)
        );
        Assert.Contains(findings, f => f.Action.Contains("dnf remove --oldinstallonly", StringComparison.Ordinal));
    }

    [Fact]
    public void On_a_host_of_zypper_its_own_cache_its_boot_images_and_its_commands_are_meant()
    {
        AsRpm("[main]\n");
        File.WriteAllText(_directory.File("root/etc/os-release"), "ID=sles\nVERSION_ID=\"15.5\"\n");
        File.WriteAllText(_directory.File("root/etc/zypp/zypp.conf"), "[main]\npackagesdir = /mnt/zypp\n");
        File.WriteAllBytes(_directory.File("root/boot/vmlinuz-5.14.21-150500.55.39-default"), new byte[100]);
        File.WriteAllBytes(_directory.File("root/boot/initrd-5.14.21-150500.55.39-default"), new byte[900]);
        Mounts(
            "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
            $"23 22 8:3 / {Root}/boot rw - ext4 /dev/sda3 rw",
            $"24 22 8:2 / {Root}/mnt/zypp rw - ext4 /dev/sda2 rw"
        );
        _fileSystems.At[Path.Combine(Root, "mnt/zypp")] = new FreeSpace(50 * MiB, null);
        _fileSystems.At[Path.Combine(Root, "boot")] = new FreeSpace(999, null);
        Assert.Empty(Check(plan: Plan(downloads: 50 * MiB)).Findings);
        var findings = Check(plan: Plan(downloads: (50 * MiB) + 1, change: "kernel-azure")).Findings;
        Assert.Equal(["DiskFull", "DiskFull"], findings.Select(f => f.Id));
        Assert.Contains(
            findings,
            f => f.Text.StartsWith($"The file system of {Root}/mnt/zypp has 50.0 MiB free", StringComparison.Ordinal)
        );
        Assert.Contains(findings, f => f.Action.Contains("zypper purge-kernels", StringComparison.Ordinal));
    }

    [Fact]
    public void A_database_of_rpm_that_was_written_in_the_future_is_a_clock_that_was_wrong()
    {
        AsRpm("[main]\n");
        File.SetLastWriteTimeUtc(_directory.File("root/var/lib/rpm/rpmdb.sqlite"), Now.AddHours(1).UtcDateTime);
        Assert.Equal("ClockBehind", Assert.Single(Check().Findings).Id);
    }

    private void AsRpm(string configuration)
    {
        File.Delete(Path.Combine(Root, "var/lib/dpkg/status"));
        File.WriteAllText(_directory.File("root/var/lib/rpm/rpmdb.sqlite"), "");
        File.SetLastWriteTimeUtc(_directory.File("root/var/lib/rpm/rpmdb.sqlite"), Now.AddDays(-1).UtcDateTime);
        File.WriteAllText(_directory.File("root/etc/dnf/dnf.conf"), configuration);
        File.WriteAllText(_directory.File("root/usr/bin/dnf"), "");
    }

    [Fact]
    public void Needs_on_one_file_system_are_added_up()
    {
        _fileSystems.Default = new FreeSpace(110 * MiB, null);
        Assert.Empty((Check(plan: Plan(downloads: 50 * MiB, installed: 30 * MiB))).Findings);
        Assert.Equal(
            "DiskFull",
            Assert.Single((Check(plan: Plan(downloads: 50 * MiB, installed: 60 * MiB))).Findings).Id
        );
    }

    [Fact]
    public void What_a_plan_frees_is_no_need()
    {
        _fileSystems.Default = new FreeSpace(40 * MiB, null);
        Assert.Empty((Check(plan: Plan(downloads: MiB, installed: -500 * MiB))).Findings);
    }

    [Fact]
    public void Inodes_run_out_before_bytes_do()
    {
        _fileSystems.Default = new FreeSpace(long.MaxValue, 100);
        var finding = Assert.Single((Check(plan: Plan())).Findings);
        Assert.Equal(("InodesUsedUp", true), (finding.Id, finding.IsFatal));
    }

    [Fact]
    public void A_further_kernel_must_fit_into_boot()
    {
        File.WriteAllBytes(_directory.File("root/boot/vmlinuz-6.1.0-18-amd64"), new byte[100]);
        File.WriteAllBytes(_directory.File("root/boot/initrd.img-6.1.0-18-amd64"), new byte[900]);
        Mounts("22 1 8:1 / / rw - ext4 /dev/sda1 rw", $"23 22 8:3 / {Root}/boot rw - ext4 /dev/sda3 rw");
        _fileSystems.At[Path.Combine(Root, "boot")] = new FreeSpace(999, null);
        Assert.Empty((Check(plan: Plan())).Findings);
        var finding = Assert.Single((Check(plan: Plan(change: "linux-image-6.1.0-21-amd64"))).Findings);
        Assert.Equal("DiskFull", finding.Id);
        Assert.Contains("autoremove", finding.Action, StringComparison.Ordinal);
        _fileSystems.At[Path.Combine(Root, "boot")] = new FreeSpace(1000, null);
        Assert.Empty((Check(plan: Plan(change: "linux-image-6.1.0-21-amd64"))).Findings);
    }

    [Theory]
    [InlineData("/usr", "ro,relatime", "rw", "ReadOnlyMount", true)]
    [InlineData("/usr", "rw,relatime", "ro", "ReadOnlyMount", true)]
    [InlineData("/var", "ro,relatime", "rw", "ReadOnlyMount", true)]
    [InlineData("/tmp", "ro,relatime", "rw", "ReadOnlyMount", true)]
    [InlineData("/var", "rw,noexec", "rw", "NoExecMount", true)]
    [InlineData("/usr", "rw,noexec", "rw", "NoExecMount", true)]
    [InlineData("/tmp", "rw,nosuid,nodev,noexec", "rw", "NoExecMount", false)]
    [InlineData("/home", "ro,noexec", "ro", null, false)]
    [InlineData("/boot", "ro", "ro", null, false)]
    public void Mounts_that_matter_are_named(
        string point,
        string options,
        string superOptions,
        string? expected,
        bool isFatal
    )
    {
        Mounts(
            "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw",
            $"30 22 8:9 / {Root}{point} {options} shared:3 - ext4 /dev/sda9 {superOptions}"
        );
        var findings = (Check()).Findings;
        if (expected is null)
        {
            Assert.Empty(findings);
            return;
        }

        var finding = Assert.Single(findings);
        Assert.Equal((expected, isFatal), (finding.Id, finding.IsFatal));
        Assert.Contains(point, finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_read_only_boot_matters_when_a_kernel_is_to_come()
    {
        Mounts("22 1 8:1 / / rw - ext4 /dev/sda1 rw", $"30 22 8:9 / {Root}/boot ro - ext4 /dev/sda9 ro");
        Assert.Equal(
            "ReadOnlyMount",
            Assert.Single((Check(plan: Plan(change: "linux-image-6.1.0-21-amd64"))).Findings).Id
        );
    }

    [Fact]
    public void A_read_only_mount_that_apt_remounts_by_itself_only_warns()
    {
        File.WriteAllText(
            _directory.File("root/etc/apt/apt.conf"),
            "DPkg { Pre-Invoke {\"mount -o remount,rw /usr\";}; };\n"
        );
        Mounts("22 1 8:1 / / rw - ext4 /dev/sda1 rw", $"30 22 8:9 / {Root}/usr ro - ext4 /dev/sda9 ro");
        var report = Check();
        Assert.Equal(("ReadOnlyMount", false), (Assert.Single(report.Findings).Id, report.IsFatal));
        report.ThrowIfFatal();
        Assert.Single(report.Warnings);
    }

    [Fact]
    public void The_later_of_two_mounts_at_one_point_counts()
    {
        Mounts(
            "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
            $"30 22 8:9 / {Root}/usr ro - ext4 /dev/sda9 ro",
            $"31 30 8:8 / {Root}/usr rw - ext4 /dev/sda8 rw"
        );
        Assert.Empty((Check()).Findings);
    }

    [Fact]
    public void Packages_that_an_install_repairs_first_only_warn()
    {
        var report = Check(
            Inventory(
                ("half", "install ok half-configured", true),
                ("unpacked", "install ok unpacked", true),
                ("waits", "install ok triggers-pending", true),
                ("fine", "install ok installed", true)
            )
        );
        Assert.Equal(
            "half (half-configured), unpacked (unpacked) are not completely installed",
            Assert.Single(report.Findings).Text
        );
        Assert.False(report.IsFatal);
    }

    [Theory]
    [InlineData(true, "BrokenPackages", false)]
    [InlineData(false, "ReinstallRequired", true)]
    public void A_package_that_must_be_installed_again_must_be_offered_by_somebody(
        bool offered,
        string expected,
        bool isFatal
    )
    {
        var report = Check(Inventory(("lost", "install reinstreq half-installed", offered)));
        Assert.Equal((expected, isFatal), (Assert.Single(report.Findings).Id, report.IsFatal));
    }

    [Fact]
    public void An_interrupted_dpkg_is_named()
    {
        File.WriteAllText(_directory.File("root/var/lib/dpkg/updates/0001"), "Package: half\n");
        var report = Check();
        Assert.Equal(("TransactionInterrupted", false), (Assert.Single(report.Findings).Id, report.IsFatal));
    }

    [Fact]
    public void A_clock_behind_what_the_vendor_published_is_fatal()
    {
        var inventory = Inventory() with { Repositories = [Repository(published: Now.AddMinutes(9))] };
        Assert.Empty((Check(inventory)).Findings);
        inventory = inventory with
        {
            Repositories = [Repository(published: Now.AddDays(-3)), Repository(published: Now.AddMinutes(11))],
        };
        var finding = Assert.Single((Check(inventory)).Findings);
        Assert.Equal(("ClockBehind", true), (finding.Id, finding.IsFatal));
        Assert.Contains("2026-03-14 12:00Z", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_database_from_the_future_only_warns()
    {
        File.SetLastWriteTimeUtc(Path.Combine(Root, "var/lib/dpkg/status"), Now.AddDays(1).UtcDateTime);
        var report = Check();
        Assert.Equal(("ClockBehind", false), (Assert.Single(report.Findings).Id, report.IsFatal));
    }

    [Fact]
    public void Metadata_that_nobody_holds_valid_any_more_points_at_the_clock()
    {
        var inventory = Inventory() with { Repositories = [Repository(validUntil: Now.AddDays(-1)), Repository()] };
        Assert.Equal("ClockAhead", Assert.Single((Check(inventory)).Findings).Id);
        inventory = inventory with
        {
            Repositories = [Repository(validUntil: Now.AddDays(-1)), Repository(validUntil: Now.AddDays(1))],
        };
        Assert.Empty((Check(inventory)).Findings);
    }

    private PreflightReport Check(HostInventory? inventory = null, InstallPlan? plan = null, bool isRoot = true)
    {
        var host = new HostContext
        {
            Paths = new HostPaths
            {
                Root = Root,
                ProcDirectory = Path.Combine(_directory.Path, "proc"),
                StateDirectory = Path.Combine(_directory.Path, "ssm"),
                DataDirectory = Path.Combine(_directory.Path, "data"),
            },
            Clock = _clock,
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
            IsRoot = isRoot,
        };
        return new PreflightCheck(
            host,
            new HostSession(host, null!, null!, null, ShippedFamilies.All).Places(),
            _fileSystems
        ).Check(new PreflightRequest { Inventory = inventory, Plan = plan });
    }

    private void Mounts(params string[] lines) =>
        File.WriteAllText(_directory.File("proc/self/mountinfo"), string.Join('\n', lines) + "\n");

    private static InstallPlan Plan(long downloads = 0, long installed = 0, string change = "bash") =>
        new()
        {
            Targets = [],
            Changes =
            [
                new PlannedChange
                {
                    Action = PlannedAction.Install,
                    Name = change,
                    Architecture = "amd64",
                    ToVersion = "2",
                },
            ],
            DownloadBytes = downloads,
            InstalledSizeChange = installed,
            CreatedAt = Now,
        };

    private static RepositoryHealth Repository(DateTimeOffset? published = null, DateTimeOffset? validUntil = null) =>
        new()
        {
            Name = "http://deb.debian.org/debian bookworm main",
            Status = RepositoryStatus.Ok,
            PublishedAt = published,
            ValidUntil = validUntil,
        };

    private static HostInventory Inventory(params (string Name, string Status, bool Offered)[] packages)
    {
        var builder = new PackageCatalogBuilder { NativeArchitecture = "amd64" };
        var architecture = builder.Word("amd64");
        var local = builder.AddOrigin(new PackageOrigin { Archive = "now" });
        var archive = builder.AddOrigin(
            new PackageOrigin
            {
                Archive = "stable",
                Component = "main",
                Repository = 0,
            }
        );
        foreach (var (name, status, offered) in packages)
        {
            var package = builder.Package(System.Text.Encoding.UTF8.GetBytes(name), architecture);
            var version = builder.Version(package, "1"u8, builder.Word("optional"), builder.Word("misc"), 1, local);
            builder.SetInstalled(
                package,
                version,
                new InstalledPackage
                {
                    Name = name,
                    Architecture = "amd64",
                    Edition = "1",
                    Status = status,
                    IsBroken =
                        !status.EndsWith(" ok installed", StringComparison.Ordinal)
                        && !status.Contains("triggers", StringComparison.Ordinal),
                }
            );
            if (offered)
                builder.Version(package, "1"u8, builder.Word("optional"), builder.Word("misc"), 1, archive);
        }

        return new HostInventory
        {
            Family = PackageFamily.Apt,
            PackageManager = "apt",
            Origin = InventoryOrigin.Host,
            CapturedAt = Now,
            OperatingSystem = new OsRelease { Id = "debian" },
            Packages = builder.Build(),
            Facts = new HostFacts(),
        };
    }

    private sealed class MadeUpFileSystems : IFileSystems
    {
        public FreeSpace Default { get; set; } = new(10_000 * MiB, 1_000_000);

        public Dictionary<string, FreeSpace> At { get; } = new(StringComparer.Ordinal);

        public string? Unwritable { get; set; }

        public FreeSpace? SpaceOf(string path) => At.TryGetValue(path, out var space) ? space : Default;

        public string? WriteFailureOf(string directory) => Unwritable;
    }
}
