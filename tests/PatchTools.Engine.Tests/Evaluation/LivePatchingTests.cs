using PatchTools.Engine.Tests.PackageManagers;
using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Hosts;
using PatchTools.Reports;
using PatchTools.Reports.Completing;
using PatchTools.Reports.Saving;
using PatchTools.Testing;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>
/// Amazon Linux 2 that runs kernel 4.14.165-131.185 with live patches (reference 15); the listing is the worked example
/// of reference 15 §5.1.
/// </summary>
public sealed class LivePatchingTests : IDisposable
{
    private const string Running = "4.14.165-131.185.amzn2";

    private static readonly PatchBaseline _baseline = Amazon2(
        Rule(ComplianceLevel.UNSPECIFIED, Classification("Security"))
    );

    private readonly TemporaryDirectory _state = new();
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public void A_kernel_whose_CVEs_the_live_patches_fix_is_installed_without_an_install_time()
    {
        var kernel = Kernel(Evaluate(live: ["CVE-2019-2222", "CVE-2019-3333"]));
        Assert.Equal(
            (PatchState.Installed, "kernel.x86_64:0:4.14.171-136.231.amzn2", (object?)null),
            (kernel.State, kernel.Title, (object?)kernel.InstalledTime)
        );
        Assert.Equal($"live patches of {Running} fix its 2 CVEs", kernel.Why);
        Assert.Contains(
            kernel.Explanation.Observations,
            o => o.StartsWith("Missing but for that: ", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("CVE-2019-2222")]
    [InlineData("CVE-2019-3333")]
    public void A_kernel_with_a_CVE_that_they_leave_open_is_missing_and_the_CVE_is_named(string covered)
    {
        var report = Evaluate(live: [covered]);
        Assert.Equal(PatchState.Missing, Kernel(report).State);
        var open = covered == "CVE-2019-2222" ? "CVE-2019-3333" : "CVE-2019-2222";
        Assert.Contains($"live patches of {Running} leave open: {open}", Kernel(report).Explanation.Observations);
    }

    [Fact]
    public void Quirk_CVEs_that_the_running_kernel_itself_fixes_need_no_live_patch()
    {
        // CVE-2019-1111 is fixed by the running kernel.
        Assert.Equal(PatchState.Installed, Kernel(Evaluate(live: ["CVE-2019-2222", "CVE-2019-3333"])).State);
    }

    [Fact]
    public void Quirk_a_kernel_without_known_CVEs_is_not_covered()
    {
        var host = MadeUpHost
            .Yum()
            .Advisory("K", "security", "important", "2020-03-01")
            .Advisory("L", "security", "important", "2020-03-01", "CVE-2019-1")
            .Package("kernel", $"{Running}*", "4.14.171-136.231.amzn2 BASE adv=K")
            .Package("kernel-livepatch-4.14.165-131.185", "1.0-2.amzn2* BASE adv=L");
        Assert.Equal(PatchState.Missing, Kernel(Evaluate(host)).State);
    }

    [Fact]
    public void Quirk_live_patches_of_another_kernel_do_not_count_even_when_its_name_begins_alike()
    {
        var host = Host(live: ["CVE-2019-2222"])
            .Advisory("OTHER", "security", "important", "2020-03-01", "CVE-2019-3333")
            .Package("kernel-livepatch-4.14.165-131.18", "1.0-1.amzn2*", "1.0-2.amzn2 BASE adv=OTHER")
            .Package("kernel-livepatch-4.14.171-136.231", "1.0-2.amzn2 BASE adv=OTHER");
        var report = Evaluate(host);
        Assert.Equal(PatchState.Missing, Kernel(report).State);
        Assert.Equal(
            ["kernel-livepatch-4.14.165-131.185"],
            report
                .Findings.Where(f => f.Name.StartsWith("kernel-livepatch", StringComparison.Ordinal))
                .Select(f => f.Name)
        );
        Assert.Equal(0, report.Counts.NotApplicable);
    }

    [Theory]
    [InlineData("4.14.165-131.184.amzn2.x86_64", "2020-02-09", true, "is older than")]
    [InlineData("4.14.165-131.185.amzn2.x86_64", "2019-11-30", true, "gets no live patches since 2020-02-29")]
    [InlineData("4.14.165-131.185.amzn2.x86_64", null, true, "is unknown")]
    [InlineData("4.14.165-131.185.amzn2.x86_64", "2020-02-09", false, "kpatch.service is not enabled")]
    public void Live_patches_that_protect_nothing_count_for_nothing_and_the_reason_is_said(
        string running,
        string? built,
        bool isEnabled,
        string warning
    )
    {
        var name = $"kernel-livepatch-{running[..running.IndexOf(".amzn2", StringComparison.Ordinal)]}";
        var host = Host(live: ["CVE-2019-2222", "CVE-2019-3333"], name: name, running: running[..^".x86_64".Length]);
        var report = Evaluate(
            host,
            new HostFacts
            {
                RunningKernel = running,
                RunningKernelBuilt = built is null ? null : DateOnly.ParseExact(built, "yyyy-MM-dd", null),
                AppliesLivePatches = isEnabled,
            }
        );
        Assert.Equal(PatchState.Missing, Kernel(report).State);
        Assert.Contains(report.Warnings, w => w.Contains(warning, StringComparison.Ordinal));
    }

    /// <summary>Whatever else is installed, of whichever architecture, and whatever kernels are not approved.</summary>
    [Fact]
    public void Only_the_running_kernel_s_own_packages_count()
    {
        var host = Host(live: ["CVE-2019-2222", "CVE-2019-3333"])
            .RemembersGone()
            .Advisory("K5", "bugfix", "low", "2020-03-01", "CVE-2020-5555")
            .Advisory("K32", "security", "low", "2020-03-01", "CVE-2020-3232")
            .Package("aaa", "0.1-1* BASE")
            .Package("zzz", "9.1-1* BASE")
            .Package("kernel", "4.14.200-1.1.amzn2 GONE adv=K5")
            .Package(
                new MadeUpPackage
                {
                    Name = "kernel",
                    Architecture = "i686",
                    Versions = [$"{Running}* BASE", "4.14.170-1.1.amzn2 BASE adv=K32"],
                }
            );

        var findings = Evaluate(host).Findings;

        Assert.Equal(
            ["aaa InstalledOther", "kernel Installed", "kernel Missing", "kernel-livepatch-4.14.165-131.185 Installed"],
            findings
                .OrderBy(f => f.Name, StringComparer.Ordinal)
                .ThenBy(f => f.State)
                .Take(4)
                .Select(f => $"{f.Name} {f.State}")
        );
        Assert.Equal("x86_64", findings.Single(f => f is { Name: "kernel", State: PatchState.Installed }).Architecture);
        Assert.All(
            findings.Where(f => f is not { Name: "kernel", Architecture: "x86_64" }),
            f =>
                Assert.DoesNotContain(
                    f.Explanation.Observations,
                    line => line.Contains("live patches", StringComparison.Ordinal)
                )
        );
    }

    /// <summary>Installed, and not the one that runs: it needs no reboot.</summary>
    [Fact]
    public void A_covered_kernel_alone_is_noted()
    {
        var findings = Evaluate(InstalledNewer().Package("aaa", "0.1-1* BASE")).Findings;

        Assert.Equal(
            ["kernel"],
            findings
                .Where(f => f.Explanation.Observations.Contains($"live patches of {Running} fix its 2 CVEs"))
                .Select(f => f.Name)
        );
    }

    [Fact]
    public void Live_patches_that_are_missing_themselves_cover_nothing_yet()
    {
        var host = Host(live: ["CVE-2019-2222"])
            .Advisory("L2", "security", "important", "2020-03-01", "CVE-2019-3333")
            .Package("kernel-livepatch-4.14.165-131.185", "1.0-3.amzn2 BASE adv=L2");

        Assert.Equal(PatchState.Missing, Kernel(Evaluate(host)).State);
    }

    [Theory]
    [InlineData("4.14.165-131.185.amzn2.x86_64", true)]
    [InlineData("4.14.165-131.185.el7.x86_64", false)]
    [InlineData("4.14.165.amzn2.x86_64", false)]
    [InlineData("unknown", false)]
    [InlineData("", false)]
    public void Live_patches_are_known_to_kernels_of_Amazon_Linux_2_only(string running, bool isKnown) =>
        Assert.Equal(
            isKnown ? PatchState.Installed : PatchState.Missing,
            Kernel(
                Evaluate(Host(live: ["CVE-2019-2222", "CVE-2019-3333"]), Facts with { RunningKernel = running })
            ).State
        );

    /// <summary>A kernel that runs and is the newest needs no live patch.</summary>
    [Fact]
    public void Where_there_is_nothing_to_cover_nothing_is_said()
    {
        var old = Facts with { RunningKernelBuilt = new DateOnly(2018, 1, 1) };
        var current = Listing(MadeUpHost.Yum(), ["CVE-2019-2222"], "2020-03-01")
            .Package("kernel", $"{Running}* BASE adv=K2")
            .Package("kernel-livepatch-4.14.165-131.185", "1.0-2.amzn2* BASE adv=L");
        Assert.Empty(Evaluate(current, old).Warnings);

        var without = MadeUpHost.Yum().Package("aaa", "0.1-1* BASE");
        var report = Evaluate(without, Facts with { AppliesLivePatches = false });
        Assert.Null(report.LivePatching);
        Assert.DoesNotContain(report.Warnings, w => w.Contains("live patches", StringComparison.Ordinal));

        var noKernel = MadeUpHost.Yum().Package("kernel-livepatch-4.14.165-131.185", "1.0-2.amzn2* BASE");
        Assert.Single(Evaluate(noKernel).Findings);
    }

    [Fact]
    public void A_kernel_that_failed_to_install_stays_failed()
    {
        var request = Request(Host(live: ["CVE-2019-2222", "CVE-2019-3333"]), Facts) with
        {
            Operation = PatchOperation.Install,
        };
        Assert.Equal(PatchState.Failed, Kernel(BaselineEvaluator.Evaluate(request)).State);
    }

    [Fact]
    public void Another_system_with_the_same_packages_is_judged_by_its_packages()
    {
        var request = Request(Host(live: ["CVE-2019-2222", "CVE-2019-3333"]), Facts);
        request = request with
        {
            Inventory = request.Inventory with
            {
                OperatingSystem = new OsRelease { Id = "amzn", VersionId = "2023" },
            },
        };
        Assert.Equal(PatchState.Missing, Kernel(BaselineEvaluator.Evaluate(request)).State);
    }

    [Fact]
    public void A_covered_kernel_and_live_patches_that_were_installed_without_a_reboot_do_not_wait_for_one()
    {
        var report = Evaluate(InstalledNewer()) with
        {
            Operation = PatchOperation.Install,
            RebootOption = RebootOption.NoReboot,
        };
        var outcome = new PatchingOutcome { CurrentInstalled = [.. report.Findings] };
        Assert.DoesNotContain(
            ReportPublisher.Complete(report, outcome).Findings,
            f => f.State == PatchState.InstalledPendingReboot
        );
        Assert.Equal(
            PatchState.InstalledPendingReboot,
            Kernel(ReportPublisher.Complete(report with { LivePatching = null }, outcome)).State
        );
    }

    [Fact]
    public void A_covered_kernel_waits_for_a_reboot_again_when_live_patching_is_switched_off()
    {
        var host = new HostContext
        {
            Paths = new HostPaths { StateDirectory = _state.Path, DataDirectory = _state.File("data") },
            Environment = new Dictionary<string, string>(),
            IsRoot = true,
        };
        var publisher = new ReportPublisher(host, (_, _) => throw new NotSupportedException(), _observer);
        var file = new CoveredKernelsFile(host, _observer);
        var boot = MadeUpHost.Instant("2020-03-01");
        var states = new StoredPatchStates(
            new Dictionary<string, StoredPatchState>(),
            boot.AddDays(1).ToUnixTimeSeconds()
        );

        publisher.Save(Evaluate(InstalledNewer(), Facts with { BootTime = boot, PriorStates = states }));
        Assert.Equal(
            "{\"kernel.x86_64:0:4.14.171-136.231.amzn2\": {\"id\": \"kernel.x86_64\", \"installedTime\": "
                + "null, \"state\": \"InstalledPendingReboot\"}}",
            File.ReadAllText(file.Path)
        );
        var after = publisher.Save(
            Evaluate(InstalledNewer(), Facts with { BootTime = boot, PriorStates = states, AppliesLivePatches = false })
        );

        Assert.Equal(PatchState.InstalledPendingReboot, Kernel(after).State);
        Assert.False(File.Exists(file.Path));
    }

    [Theory]
    [InlineData("#1 SMP Sun Feb 9 00:21:30 UTC 2020", "2020-02-09")]
    [InlineData("#1 SMP PREEMPT_DYNAMIC Debian 6.1.158-1 (2025-11-09)", null)]
    [InlineData("", null)]
    public void The_day_of_the_kernels_build_is_read_as_Amazon_writes_it(string version, string? day) =>
        Assert.Equal(
            day is null ? null : DateOnly.ParseExact(day, "yyyy-MM-dd", null),
            HostFactsReader.KernelBuildDay(version)
        );

    [Theory]
    [InlineData("2019-11-30", "2020-02-29")]
    [InlineData("2020-12-31", "2021-03-31")]
    public void Three_months_end_within_their_month(string built, string lastDay)
    {
        var facts = Facts with { RunningKernelBuilt = DateOnly.ParseExact(built, "yyyy-MM-dd", null) };
        PatchState On(DateTimeOffset now) =>
            Kernel(
                BaselineEvaluator.Evaluate(
                    Request(Host(live: ["CVE-2019-2222", "CVE-2019-3333"], date: "2019-01-01"), facts) with
                    {
                        Now = now,
                    }
                )
            ).State;
        Assert.Equal(
            (PatchState.Installed, PatchState.Missing),
            (On(MadeUpHost.Instant(lastDay)), On(MadeUpHost.Instant(lastDay).AddDays(1)))
        );
    }

    private static HostFacts Facts { get; } =
        new()
        {
            RunningKernel = $"{Running}.x86_64",
            RunningKernelBuilt = new DateOnly(2020, 2, 9),
            AppliesLivePatches = true,
        };

    private static PatchFinding Kernel(ComplianceReport report) =>
        Assert.Single(report.Findings, f => f.Name == "kernel");

    private static MadeUpHost InstalledNewer() =>
        Listing(MadeUpHost.Yum(), ["CVE-2019-2222", "CVE-2019-3333"], "2020-03-01")
            .Package(
                "kernel",
                $"{Running} BASE adv=K2",
                "4.14.165-133.209.amzn2 BASE adv=K3",
                "4.14.171-136.231.amzn2* BASE adv=K4"
            )
            .Package("kernel-livepatch-4.14.165-131.185", "1.0-2.amzn2* BASE adv=L");

    private static MadeUpHost Host(
        string[] live,
        string name = "kernel-livepatch-4.14.165-131.185",
        string running = Running,
        string date = "2020-03-01"
    ) =>
        Listing(MadeUpHost.Yum(), live, date)
            .Package(
                "kernel",
                "4.14.154-128.181.amzn2 BASE adv=K1",
                $"{running}* BASE adv=K2",
                "4.14.165-133.209.amzn2 BASE adv=K3",
                "4.14.171-136.231.amzn2 BASE adv=K4"
            )
            .Package(name, "1.0-2.amzn2* BASE adv=L");

    private static MadeUpHost Listing(MadeUpHost host, string[] live, string date) =>
        host.Advisory("K1", "security", "important", date, "CVE-2018-1111")
            .Advisory("K2", "security", "important", date, "CVE-2019-1111")
            .Advisory("K3", "security", "important", date, "CVE-2019-2222")
            .Advisory("K4", "security", "important", date, "CVE-2019-3333")
            .Advisory("L", "security", "important", date, live);

    private static ComplianceReport Evaluate(string[] live) => Evaluate(Host(live));

    private static ComplianceReport Evaluate(MadeUpHost host, HostFacts? facts = null) =>
        BaselineEvaluator.Evaluate(Request(host, facts ?? Facts));

    private static EvaluationRequest Request(MadeUpHost host, HostFacts facts)
    {
        var request = host.Request(_baseline, MadeUpHost.Instant("2020-04-01"));
        return request with
        {
            Inventory = request.Inventory with
            {
                OperatingSystem = new OsRelease { Id = "amzn", VersionId = "2" },
                Facts = facts,
            },
        };
    }
}
