using System.Diagnostics;
using System.Globalization;
using PatchTools.Engine.Tests.Reporting;
using PatchTools.Families;
using PatchTools.Families.Apt;
using PatchTools.Families.Apt.Reboot;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Reboot;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Reboot;

/// <summary>
/// The need for a reboot, judged from roots and process trees made up on disk, and once from a real process.
/// </summary>
public sealed class RebootAssessorTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    public RebootAssessorTests()
    {
        Status("linux-image-6.1.0-18-amd64", "6.1.76-1");
        Proc("sys/kernel/osrelease", "6.1.0-18-amd64\n");
        Proc("sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)\n");
        Proc("uptime", "3600.00 1.00\n");
        Process(1, "systemd", "0::/init.scope");
        List("libc6:amd64", "/lib/x86_64-linux-gnu/libc.so.6");
        List("libssl3:amd64", "/usr/lib/x86_64-linux-gnu/libssl.so.3");
        List("libglib2.0-0:amd64", "/usr/lib/x86_64-linux-gnu/libglib-2.0.so.0.7400.7");
        List("openssh-server", "/usr/sbin/sshd");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_host_that_runs_what_is_installed_needs_no_reboot()
    {
        Process(10, "sshd", "0::/system.slice/ssh.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3");
        var assessment = await AssessAsync();
        Assert.False(assessment.IsRequired);
        Assert.Empty(assessment.Services);
        Assert.Equal("No reboot needed.", assessment.VerdictText);
        Assert.Equal(
            (Now.AddHours(-1), "6.1.0-18-amd64", Now),
            (assessment.BootTime, assessment.RunningKernel, assessment.AssessedAt)
        );
    }

    [Theory]
    [InlineData("run")]
    [InlineData("var/run")]
    public async Task The_distributions_flag_is_a_reason_with_its_packages(string place)
    {
        Root($"{place}/reboot-required", "*** System restart required ***\n");
        Root($"{place}/reboot-required.pkgs", "linux-base\nlibc6\nlinux-base\n");
        var reason = Assert.Single((await AssessAsync()).Reasons);
        Assert.Equal(RebootSign.DistributionFlag, reason.Sign);
        Assert.Equal(["libc6", "linux-base"], reason.Packages);
        Assert.Equal(
            $"the distribution asks for it in /{place}/reboot-required because of libc6, linux-base",
            reason.Text
        );
    }

    [Theory]
    [InlineData("6.1.0-18-amd64", "linux-image-6.1.0-21-amd64", true)]
    [InlineData("6.1.0-9-amd64", "linux-image-6.1.0-18-amd64", true)]
    [InlineData("6.1.0-18-amd64", "linux-image-6.1.0-21-amd64-unsigned", true)]
    [InlineData("6.1.0-18-amd64", "linux-image-6.1.0-21-cloud-amd64", false)]
    [InlineData("6.1.0-18-amd64", "linux-image-6.1.0-21-rt-amd64", false)]
    [InlineData("6.1.0-18-amd64", "linux-image-6.1.0-21-amd64-dbg", false)]
    [InlineData("6.1.0-18-amd64", "linux-image-amd64", false)]
    [InlineData("6.1.0-18-amd64", "linux-image-6.1.0-17-amd64", false)]
    [InlineData("6.1.0-18-amd64", "linux-image-6.5.0-0.deb12.4-amd64", true)]
    [InlineData("6.1.0-18-amd64", "linux-image-6.12.38+deb13-amd64", true)]
    [InlineData("6.8.0-45-generic", "linux-image-6.8.0-47-generic", true)]
    [InlineData("6.8.0-45-generic", "linux-image-unsigned-6.8.0-47-generic", true)]
    [InlineData("6.8.0-1015-aws", "linux-image-6.8.0-1016-aws", true)]
    [InlineData("6.6.20+rpt-rpi-v8", "linux-image-6.6.31+rpt-rpi-v8", true)]
    [InlineData("5.10.0-28-686-pae", "linux-image-5.10.0-30-686-pae", true)]
    [InlineData("5.10.0-28-686-pae", "linux-image-5.10.0-30-686", false)]
    public async Task A_newer_kernel_of_the_same_flavour_is_a_reason(string running, string installed, bool expected)
    {
        Proc("sys/kernel/osrelease", running + "\n");
        Status($"linux-image-{running}", "1-1");
        Status(installed, "2-1");
        var assessment = await AssessAsync();
        Assert.Equal(expected, assessment.IsRequired);
        if (expected)
            Assert.Equal(
                (RebootSign.Kernel, installed),
                (assessment.Reasons[0].Sign, assessment.Reasons[0].Packages[0])
            );
    }

    [Fact]
    public async Task A_kernel_rebuilt_under_its_name_is_a_reason()
    {
        Status("linux-image-6.1.0-18-amd64", "6.1.76-2");
        Assert.Equal(
            "kernel 6.1.0-18-amd64 is installed as 6.1.76-2 and 6.1.76-1 runs",
            Assert.Single((await AssessAsync()).Reasons).Text
        );
    }

    [Fact]
    public async Task A_newer_kernel_that_is_not_completely_installed_is_no_reason()
    {
        Status("linux-image-6.1.0-21-amd64", "6.1.90-1", "install ok half-configured");
        Status("linux-image-6.1.0-22-amd64", "6.1.94-1", "deinstall ok config-files");
        Assert.False((await AssessAsync()).IsRequired);
    }

    [Theory]
    [InlineData("5.15.0-custom", "")]
    [InlineData("6.1.0-18-cloud-amd64", "")]
    [InlineData("6.1.0-18-amd64", "run/systemd/container")]
    [InlineData("6.1.0-18-amd64", ".dockerenv")]
    public async Task A_kernel_that_is_not_of_this_root_is_unknown_and_no_reason(string running, string sign)
    {
        Proc("sys/kernel/osrelease", running);
        if (sign.Length > 0)
            Root(sign, "");
        var assessment = await AssessAsync();
        Assert.Null(assessment.IsRequired);
        Assert.Contains(running, Assert.Single(assessment.Unknown), StringComparison.Ordinal);
        Assert.StartsWith("Cannot tell whether a reboot is needed: ", assessment.VerdictText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_runs_a_replaced_library_is_to_be_restarted_and_is_no_reason()
    {
        Process(10, "sshd", "0::/system.slice/ssh.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)");
        Process(11, "sshd", "0::/system.slice/ssh.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)");
        Process(
            12,
            "agetty",
            "0::/system.slice/system-getty.slice/getty@tty1.service",
            "/usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)"
        );
        Process(
            13,
            "cron",
            "12:pids:/system.slice/cron.service\n1:name=systemd:/system.slice/cron.service",
            "/usr/lib/x86_64-linux-gnu/libc.so.6.dpkg-new (deleted)"
        );
        Process(
            14,
            "bash",
            "0::/user.slice/user-1000.slice/session-3.scope",
            "/usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)"
        );
        var assessment = await AssessAsync();
        Assert.False(assessment.IsRequired);
        Assert.Equal(["cron.service", "getty@tty1.service", "ssh.service"], assessment.Services);
        Assert.Equal(["bash (14)"], assessment.Processes);
        Assert.Equal(
            "No reboot needed, but 3 services and the process bash (14) have to be restarted.",
            assessment.VerdictText
        );
    }

    [Fact]
    public async Task An_upgraded_library_is_found_by_its_name_though_its_version_has_another_file()
    {
        Process(
            10,
            "polkitd",
            "0::/system.slice/polkit.service",
            "/usr/lib/x86_64-linux-gnu/libglib-2.0.so.0.7400.6 (deleted)"
        );
        Assert.Equal(["polkit.service"], (await AssessAsync()).Services);
    }

    [Fact]
    public async Task A_replaced_executable_counts_without_any_mapping_that_shows_it()
    {
        Process(10, "sshd", "0::/system.slice/ssh.service");
        File.Delete(Path.Combine(_directory.Path, "proc/10/exe"));
        File.CreateSymbolicLink(Path.Combine(_directory.Path, "proc/10/exe"), "/usr/sbin/sshd (deleted)");
        Assert.Equal(["ssh.service"], (await AssessAsync()).Services);
    }

    [Theory]
    [InlineData("/memfd:pulseaudio (deleted)", "rwxs")]
    [InlineData("/dev/zero (deleted)", "rwxs")]
    [InlineData("/dev/shm/x (deleted)", "r-xp")]
    [InlineData("/SYSV00000000 (deleted)", "rwxs")]
    [InlineData("/drm mm object (deleted)", "rwxs")]
    [InlineData("/i915 (deleted)", "rwxs")]
    [InlineData("/tmp/jna-123.so (deleted)", "r-xp")]
    [InlineData("/usr/lib/locale/locale-archive (deleted)", "r--p")]
    [InlineData("/usr/local/lib/own.so.1 (deleted)", "r-xp")]
    [InlineData("/usr/lib/x86_64-linux-gnu/libssl.so.3", "r-xp")]
    [InlineData("/home/me/lib.so.1 (deleted)", "r-xp")]
    public async Task Mappings_that_are_no_code_of_packages_do_not_count(string mapping, string permissions)
    {
        List("locales", "/usr/lib/locale/locale-archive");
        Mapped(10, "x", "0::/system.slice/x.service", permissions, [mapping]);
        var assessment = await AssessAsync();
        Assert.False(assessment.IsRequired);
        Assert.Empty(assessment.Services);
    }

    [Theory]
    [InlineData(
        "systemd",
        "process 1 (systemd) runs replaced files of libc6; \"systemctl daemon-reexec\" may do instead"
    )]
    [InlineData("init", "process 1 (init) runs replaced files of libc6")]
    public async Task Process_1_asks_for_a_reboot_and_the_reason_says_what_may_do_instead(string name, string expected)
    {
        Process(1, name, "0::/init.scope", "/usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)");
        var reason = Assert.Single((await AssessAsync()).Reasons);
        Assert.Equal((RebootSign.ReplacedFilesInUse, expected), (reason.Sign, reason.Text));
        Assert.Equal(["libc6"], reason.Packages);
    }

    [Theory]
    [InlineData("dbus.service")]
    [InlineData("dbus-broker.service")]
    public async Task The_message_bus_asks_for_a_reboot(string service)
    {
        Process(10, "dbus", $"0::/system.slice/{service}", "/usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)");
        var assessment = await AssessAsync();
        Assert.Equal(
            $"Reboot needed: {service} runs replaced files of libc6 and cannot be restarted on a running system.",
            assessment.VerdictText
        );
        Assert.Empty(assessment.Services);
    }

    [Fact]
    public async Task Processes_of_containers_do_not_count()
    {
        const string Host =
            "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n23 22 0:21 / /proc rw - proc proc rw\n";
        Proc("self/mountinfo", Host);
        Process(10, "sshd", "0::/system.slice/ssh.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)");
        Proc("10/mountinfo", Host.Replace("22 1", "122 101", StringComparison.Ordinal));
        Process(11, "nginx", "0::/system.slice/containerd.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)");
        Proc("11/mountinfo", "500 400 0:51 / / rw,relatime - overlay overlay rw,lowerdir=/l\n");
        Process(12, "chrooted", "0::/system.slice/chroot.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)");
        Proc("12/mountinfo", "23 22 0:21 / /proc rw - proc proc rw\n");
        Assert.Equal(["ssh.service"], (await AssessAsync()).Services);
    }

    [Fact]
    public async Task A_process_that_ends_meanwhile_is_passed_over()
    {
        Directory.CreateDirectory(Path.Combine(_directory.Path, "proc/77"));
        Assert.False((await AssessAsync()).IsRequired);
    }

    [Fact]
    public async Task Without_root_what_cannot_be_seen_is_unknown()
    {
        Directory.Delete(Path.Combine(_directory.Path, "proc/1"), recursive: true);
        var assessment = await AssessAsync(isRoot: false);
        Assert.Null(assessment.IsRequired);
        Assert.Equal(["only the processes of this user can be seen without root"], assessment.Unknown);
        Assert.False((await AssessAsync(isRoot: true)).IsRequired);
    }

    [Theory]
    [InlineData(1800, true)]
    [InlineData(5400, false)]
    public async Task Patches_that_wait_since_before_the_last_boot_are_no_reason_any_more(int secondsAgo, bool expected)
    {
        var assessment = await AssessAsync(pending: Now.AddSeconds(-secondsAgo).ToUnixTimeSeconds());
        Assert.Equal(expected, assessment.IsRequired);
        if (expected)
            Assert.Equal(
                "Reboot needed: bash.amd64:0:5.2 waits for a reboot since 2026-03-14 11:30Z.",
                assessment.VerdictText
            );
    }

    [Fact]
    public async Task Pending_patches_on_a_host_of_unknown_boot_time_are_unknown()
    {
        Proc("uptime", "?");
        var assessment = await AssessAsync(pending: Now.ToUnixTimeSeconds() - 10);
        Assert.Null(assessment.IsRequired);
        Assert.Contains("bash.amd64:0:5.2", Assert.Single(assessment.Unknown), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_reasons_make_one_sentence()
    {
        Root("run/reboot-required", "");
        Status("linux-image-6.1.0-21-amd64", "6.1.90-1");
        Process(1, "systemd", "0::/init.scope", "/usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)");
        Assert.Equal(
            "Reboot needed: the distribution asks for it in /run/reboot-required, and 2 more reasons.",
            (await AssessAsync()).VerdictText
        );
    }

    [Fact]
    public async Task An_image_is_not_judged_by_the_processes_of_this_machine()
    {
        var host = Host(isRoot: true) with { Paths = new HostPaths { Root = Path.Combine(_directory.Path, "root") } };
        var assessment = await new RebootAssessor(
            host,
            manager: null,
            new HostSession(host, new NoProcess(), null!, null, ShippedFamilies.All).FileOwners()
        ).AssessAsync(StoredPatchStates.Empty, TestContext.Current.CancellationToken);
        Assert.Contains(
            assessment.Unknown,
            u => u.StartsWith("the processes of this machine are not those of ", StringComparison.Ordinal)
        );
        Assert.Empty(assessment.Services);
    }

    /// <summary>
    /// A real process runs a copy of a real executable, which is then deleted under it, as an upgrade does.
    /// </summary>
    [Fact]
    public async Task A_real_process_whose_executable_was_deleted_is_seen()
    {
        Rig.NeedsCommands("sleep");
        Rig.NeedsRoot();
        using var place = new PackagePlace();
        var copy = Path.Combine(place.Path, "sleeper");
        File.Copy("/usr/bin/sleep", copy);
        using var process = System.Diagnostics.Process.Start(new ProcessStartInfo(copy) { ArgumentList = { "600" } })!;
        try
        {
            // The child is this executable only once it has executed it.
            while (new FileInfo($"/proc/{process.Id}/exe").LinkTarget != copy)
                await Task.Yield();
            File.Delete(copy);
            var use = Assert.Single(
                new ReplacedFiles(new HostPaths()).Read(TestContext.Current.CancellationToken).Uses,
                u => u.Id == process.Id
            );
            Assert.Equal(("sleeper", copy), (use.Name, Assert.Single(use.Files)));

            List("sleeper", copy);
            var host = Host(isRoot: true) with { Paths = new HostPaths { StateDirectory = _directory.Path } };
            var assessment = await new RebootAssessor(
                host,
                manager: null,
                new DpkgFileOwners(Path.Combine(_directory.Path, "root"))
            ).AssessAsync(StoredPatchStates.Empty, TestContext.Current.CancellationToken);
            Assert.Contains(
                string.Create(CultureInfo.InvariantCulture, $"sleeper ({process.Id})"),
                assessment.Processes
            );
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task<RebootAssessment> AssessAsync(bool isRoot = true, long? pending = null)
    {
        var host = Host(isRoot);
        var states = pending is { } time
            ? new StoredPatchStates(
                new Dictionary<string, StoredPatchState>
                {
                    ["bash.amd64:0:5.2"] = new("bash.amd64", null, "InstalledPendingReboot"),
                },
                time
            )
            : StoredPatchStates.Empty;
        return await new RebootAssessor(
            host,
            new AptPackageManager(new HostSession(host, new NoProcess(), null!)),
            new HostSession(host, new NoProcess(), null!, null, ShippedFamilies.All).FileOwners()
        ).AssessAsync(states, TestContext.Current.CancellationToken);
    }

    private HostContext Host(bool isRoot) =>
        new()
        {
            Paths = new HostPaths
            {
                Root = Path.Combine(_directory.Path, "root"),
                ProcDirectory = Path.Combine(_directory.Path, "proc"),
                StateDirectory = Path.Combine(_directory.Path, "ssm"),
            },
            Clock = new FixedClock(Now),
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
            IsRoot = isRoot,
        };

    private void Root(string path, string text) => File.WriteAllText(_directory.File("root/" + path), text);

    private void Proc(string path, string text) => File.WriteAllText(_directory.File("proc/" + path), text);

    private void List(string package, params string[] files) =>
        Root($"var/lib/dpkg/info/{package}.list", string.Join('\n', ["/.", "/usr", .. files]) + "\n");

    /// <summary>Adds or replaces a stanza.</summary>
    private void Status(string package, string version, string status = "install ok installed")
    {
        var path = _directory.File("root/var/lib/dpkg/status");
        var others = File.Exists(path)
            ? File.ReadAllText(path)
                .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
                .Where(s => !s.StartsWith($"Package: {package}\n", StringComparison.Ordinal))
            : [];
        File.WriteAllText(
            path,
            string.Join(
                "\n\n",
                others.Append($"Package: {package}\nStatus: {status}\nArchitecture: amd64\nVersion: {version}")
            ) + "\n\n"
        );
    }

    private void Process(int id, string name, string cgroup, params string[] mappings) =>
        Mapped(id, name, cgroup, "r-xp", mappings);

    private void Mapped(int id, string name, string cgroup, string permissions, string[] mappings)
    {
        Proc($"{id}/comm", name + "\n");
        Proc($"{id}/cgroup", cgroup + "\n");
        var exe = Path.Combine(_directory.Path, "proc", id.ToString(CultureInfo.InvariantCulture), "exe");
        if (!Path.Exists(exe) && new FileInfo(exe).LinkTarget is null)
            File.CreateSymbolicLink(exe, "/usr/bin/" + name);
        Proc(
            $"{id}/maps",
            $"55c1e0a3f000-55c1e0b12000 r-xp 0000b000 08:01 1311283                    /usr/bin/{name}\n"
                + string.Concat(
                    mappings.Select(m =>
                        $"7f2f5c1e4000-7f2f5c339000 {permissions} 00026000 08:01 1312204                    {m}\n"
                    )
                )
                + "7f2f5c700000-7f2f5c721000 rw-p 00000000 00:00 0 \n7ffd2a000000-7ffd2a021000 rw-p 00000000 "
                + "00:00 0                          [stack]\n"
        );
    }

    private sealed class NoProcess : PatchTools.Processes.IProcessRunner
    {
        public Task<PatchTools.Processes.CommandResult> RunAsync(
            PatchTools.Processes.Command command,
            CancellationToken cancellationToken
        ) => throw new InvalidOperationException($"{command} was started");
    }

    /// <summary>A folder where packages' files live, removed with the test.</summary>
    private sealed class PackagePlace : IDisposable
    {
        public PackagePlace() =>
            Path = Directory.CreateDirectory($"/opt/patchtools-test-{Environment.ProcessId}").FullName;

        public string Path { get; }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
