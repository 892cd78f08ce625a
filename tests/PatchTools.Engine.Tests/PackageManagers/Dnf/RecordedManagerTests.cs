using PatchTools.Errors;
using PatchTools.Processes;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>
/// The whole manager on a host of yum 3 and one of dnf 5, neither of which runs on the systems that the tests run on:
/// every command line is written down, and what the tool answers is recorded.
/// </summary>
public sealed class RecordedManagerTests
{
    private static readonly string[] s_installed =
    [
        "ca-certificates-2021.2.50-72.amzn2.0.5.noarch",
        "cloud-init-19.3-46.amzn2.noarch",
        "curl-7.88.1-1.amzn2.0.1.x86_64",
        "dbus-1:1.10.24-7.amzn2.0.2.x86_64",
        "dbus-libs-1:1.10.24-7.amzn2.0.2.x86_64",
        "fribidi-1.0.2-1.amzn2.1.x86_64",
    ];

    private static readonly string[] s_offered =
    [
        "ca-certificates-2021.2.50-72.amzn2.0.7.noarch",
        "cloud-init-19.3-46.amzn2.0.1.noarch",
        "curl-8.0.1-1.amzn2.0.1.x86_64",
        "dbus-1:1.10.24-7.amzn2.0.3.x86_64",
        "dbus-libs-1:1.10.24-7.amzn2.0.3.x86_64",
        "fribidi-1.0.2-1.amzn2.1.1.x86_64",
    ];

    private static string Declined =>
        Recording.Of("yum-3.4.3/plan-update")
        + "--> Finished Dependency Resolution\nTotal download size: 2.7 M\nExiting on user command\n";

    [Fact]
    public async Task Yum_3_is_asked_once_and_its_plan_says_what_is_wanted_and_what_comes_along()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(s_installed, s_offered);
        host.Runner.Expect(
                $"{MadeUpRpmHost.YumPlan} ca-certificates-0:2021.2.50-72.amzn2.0.7.noarch "
                    + $"curl-0:8.0.1-1.amzn2.0.1.x86_64 dbus-1:1.10.24-7.amzn2.0.3.x86_64",
                1,
                Declined
            )
            .Expect(
                "rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- "
                    + "ca-certificates-2021.2.50-72.amzn2.0.5.noarch cloud-init-19.3-46.amzn2.noarch "
                    + "curl-7.88.1-1.amzn2.0.1.x86_64 dbus-1.10.24-7.amzn2.0.2.x86_64 "
                    + "dbus-libs-1.10.24-7.amzn2.0.2.x86_64 fribidi-1.0.2-1.amzn2.1.x86_64"
            );

        var plan = await host.PlanAsync(
            "ca-certificates-2021.2.50-72.amzn2.0.7.noarch",
            "curl-8.0.1-1.amzn2.0.1.x86_64",
            "dbus-1:1.10.24-7.amzn2.0.3.x86_64"
        );

        host.Runner.AssertDone();
        Assert.Empty(plan.Setbacks);
        Assert.Equal(
            ["ca-certificates True", "cloud-init False", "curl True", "dbus True", "dbus-libs False", "fribidi False"],
            plan.Changes.Select(c => $"{c.Name} {c.IsRequested}")
        );
        Assert.Equal(
            ("1:1.10.24-7.amzn2.0.2", "1:1.10.24-7.amzn2.0.3"),
            plan.Changes.Where(c => c.Name == "dbus").Select(c => (c.FromVersion, c.ToVersion)).Single()
        );
        Assert.Equal((2_831_155L, (long?)null), (plan.DownloadBytes, plan.InstalledSizeChange));
        Assert.Equal(RebootSign.CorePackages, Assert.Single(plan.ExpectedReboot).Sign);
        Assert.Equal(1, plan.ResolverCalls);
    }

    [Fact]
    public async Task A_kernel_of_yum_3_comes_beside_the_others_and_a_reboot_is_expected()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(
            ["kernel-3.10.0-862.3.3.el7.x86_64", "kernel-headers-3.10.0-862.3.3.el7.x86_64"],
            ["kernel-4.4.26-201.el7.centos.x86_64", "kernel-headers-4.4.26-201.el7.centos.x86_64"]
        );
        host.Runner.Expect(
                $"{MadeUpRpmHost.YumPlan} kernel-0:4.4.26-201.el7.centos.x86_64",
                1,
                Recording.Of("yum-3.4.3/plan-kernel") + "Exiting on user command\n"
            )
            .Expect("rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- kernel-headers-3.10.0-862.3.3.el7.x86_64")
            .Expect(
                $"{MadeUpRpmHost.YumInstall} kernel-0:4.4.26-201.el7.centos.x86_64",
                0,
                Recording.Of("yum-3.4.3/transaction-kernel"),
                effect: () =>
                    host.Replace("kernel-4.4.26-201.el7.centos.x86_64", "kernel-headers-4.4.26-201.el7.centos.x86_64")
            );

        var outcome = await host.InstallAsync("kernel-4.4.26-201.el7.centos.x86_64");

        host.Runner.AssertDone();
        Assert.Empty(outcome.Setbacks);
        Assert.True(outcome.HasChanged);
        Assert.True(host.Has("kernel-3.10.0-862.3.3.el7.x86_64"));
        Assert.Contains(
            "Installing kernel-core-4.4.26-201.el7.centos.x86_64",
            host.Observer.ProgressReports.Select(p => p.Status)
        );
        Assert.Contains("Complete!", File.ReadAllText(outcome.LogPath!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_yum_3_passes_over_is_a_setback_and_the_rest_is_planned_without_it()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(s_installed, s_offered);
        host.Runner.Expect(
                $"{MadeUpRpmHost.YumPlan} curl-0:8.0.1-1.amzn2.0.1.x86_64 cloud-init-0:19.3-46.amzn2.0.9.noarch",
                1,
                Declined,
                "No Match for argument: cloud-init-0:19.3-46.amzn2.0.9.noarch\n"
            )
            .Expect($"{MadeUpRpmHost.YumPlan} curl-0:8.0.1-1.amzn2.0.1.x86_64", 1, Declined)
            .Expect(
                $"{MadeUpRpmHost.YumPlan} curl-0:8.0.1-1.amzn2.0.1.x86_64 cloud-init-0:19.3-46.amzn2.0.9.noarch",
                1,
                Declined
            )
            .Expect(
                "rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- "
                    + "ca-certificates-2021.2.50-72.amzn2.0.5.noarch cloud-init-19.3-46.amzn2.noarch "
                    + "curl-7.88.1-1.amzn2.0.1.x86_64 dbus-1.10.24-7.amzn2.0.2.x86_64 "
                    + "dbus-libs-1.10.24-7.amzn2.0.2.x86_64 fribidi-1.0.2-1.amzn2.1.x86_64"
            );

        var plan = await host.PlanAsync("curl-8.0.1-1.amzn2.0.1.x86_64", "cloud-init-19.3-46.amzn2.0.9.noarch");

        host.Runner.AssertDone();
        var setback = Assert.Single(plan.Setbacks);
        Assert.Equal(("cloud-init", SetbackKind.Dependency), (setback.Target.Name, setback.Kind));
        Assert.Equal("yum would leave cloud-init as it is", setback.Reason);
        Assert.Equal("curl", Assert.Single(plan.Accepted).Name);
    }

    [Fact]
    public async Task A_problem_of_one_package_of_yum_3_leaves_the_others_to_be_planned()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(
            [.. s_installed, "pcp-libs-3.11.3-1.x86_64", "pcp-pmda-systemd-3.11.3-1.x86_64"],
            [.. s_offered, "pcp-libs-3.11.4-1.x86_64"]
        );
        var problem = Recording.Of("yum-3.4.3/problem-requires");
        host.Runner.Expect(
                $"{MadeUpRpmHost.YumPlan} curl-0:8.0.1-1.amzn2.0.1.x86_64 pcp-libs-0:3.11.4-1.x86_64",
                1,
                "--> Finished Dependency Resolution\n",
                problem
            )
            .Expect($"{MadeUpRpmHost.YumPlan} curl-0:8.0.1-1.amzn2.0.1.x86_64", 1, Declined)
            .Expect(
                $"{MadeUpRpmHost.YumPlan} curl-0:8.0.1-1.amzn2.0.1.x86_64 pcp-libs-0:3.11.4-1.x86_64",
                1,
                "--> Finished Dependency Resolution\n",
                problem
            )
            .Expect(
                "rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- "
                    + "ca-certificates-2021.2.50-72.amzn2.0.5.noarch cloud-init-19.3-46.amzn2.noarch "
                    + "curl-7.88.1-1.amzn2.0.1.x86_64 dbus-1.10.24-7.amzn2.0.2.x86_64 "
                    + "dbus-libs-1.10.24-7.amzn2.0.2.x86_64 fribidi-1.0.2-1.amzn2.1.x86_64"
            );

        var plan = await host.PlanAsync("curl-8.0.1-1.amzn2.0.1.x86_64", "pcp-libs-3.11.4-1.x86_64");

        host.Runner.AssertDone();
        Assert.Equal("curl", Assert.Single(plan.Accepted).Name);
        Assert.Contains("Requires: pcp-libs = 3.11.3", Assert.Single(plan.Setbacks).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_yum_3_protects_is_not_removed_and_the_reason_is_its_own()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(s_installed, s_offered);
        host.Runner.Expect(
            $"{MadeUpRpmHost.YumPlan} curl-0:8.0.1-1.amzn2.0.1.x86_64",
            1,
            "",
            Recording.Of("yum-3.4.3/problem-protected")
        );

        var plan = await host.PlanAsync("curl-8.0.1-1.amzn2.0.1.x86_64");

        host.Runner.AssertDone();
        var setback = Assert.Single(plan.Setbacks);
        Assert.Equal(
            (
                SetbackKind.WouldRemove,
                "Trying to remove \"systemd\", which is protected; Trying to remove \"yum\", which is protected"
            ),
            (setback.Kind, setback.Reason)
        );
        Assert.True(plan.IsEmpty);
    }

    [Fact]
    public async Task A_lock_of_yum_3_is_waited_for_and_the_question_asked_again()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(s_installed, s_offered);
        host.Runner.Expect(
                $"{MadeUpRpmHost.YumPlan} curl-0:8.0.1-1.amzn2.0.1.x86_64",
                1,
                "",
                Recording.Of("yum-3.4.3/lock-held")
            )
            .Expect(
                $"{MadeUpRpmHost.YumPlan} curl-0:8.0.1-1.amzn2.0.1.x86_64",
                1,
                "---> Package curl.x86_64 0:7.88.1-1.amzn2.0.1 will be updated\n---> Package curl.x86_64 "
                    + "0:8.0.1-1.amzn2.0.1 will be an update\nExiting on user command\n"
            )
            .Expect("rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- curl-7.88.1-1.amzn2.0.1.x86_64");

        var plan = await host.PlanAsync("curl-8.0.1-1.amzn2.0.1.x86_64");

        host.Runner.AssertDone();
        Assert.Equal("curl", Assert.Single(plan.Accepted).Name);
        Assert.Equal(2, plan.ResolverCalls);
    }

    [Fact]
    public async Task A_lock_of_yum_3_that_stays_is_a_busy_error_that_names_the_holder()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(s_installed, s_offered);
        var lockFile = Path.Combine(host.Root, "var/run/yum.pid");
        host.Runner.Expect(
            $"{MadeUpRpmHost.YumPlan} curl-0:8.0.1-1.amzn2.0.1.x86_64",
            1,
            "",
            Recording.Of("yum-3.4.3/lock-held"),
            effect: () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(lockFile)!);
                File.WriteAllText(lockFile, $"{Environment.ProcessId}");
            }
        );

        var busy = await Assert.ThrowsAsync<PatchToolsException>(() => host.PlanAsync("curl-8.0.1-1.amzn2.0.1.x86_64"));

        host.Runner.AssertDone();
        Assert.Equal(PatchErrors.PackageManagerBusy, busy.Error);
        Assert.Contains($"process {Environment.ProcessId}", busy.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_of_yum_3_that_is_taken_again_and_again_ends_busy()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(s_installed, s_offered);
        for (var i = 0; i <= 20; i++)
            host.Runner.Expect(
                $"{MadeUpRpmHost.YumPlan} curl-0:8.0.1-1.amzn2.0.1.x86_64",
                1,
                "",
                Recording.Of("yum-3.4.3/lock-held")
            );

        Assert.Equal(
            PatchErrors.PackageManagerBusy,
            (
                await Assert.ThrowsAsync<CommandFailedException>(() => host.PlanAsync("curl-8.0.1-1.amzn2.0.1.x86_64"))
            ).Error
        );
        host.Runner.AssertDone();
    }

    [Fact]
    public async Task An_install_waits_for_a_lock_taken_at_the_last_moment_and_begins_the_transaction_again()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(
            ["curl-7.88.1-1.amzn2.0.1.x86_64"],
            ["curl-8.0.1-1.amzn2.0.1.x86_64"]
        );
        host.LockTimeout = TimeSpan.FromMinutes(1);
        host.Runner.Expect(
                $"{MadeUpRpmHost.YumPlan} curl-0:8.0.1-1.amzn2.0.1.x86_64",
                1,
                "---> Package curl.x86_64 0:7.88.1-1.amzn2.0.1 will be updated\n---> Package curl.x86_64 "
                    + "0:8.0.1-1.amzn2.0.1 will be an update\nExiting on user command\n"
            )
            .Expect("rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- curl-7.88.1-1.amzn2.0.1.x86_64")
            .Expect(
                $"{MadeUpRpmHost.YumInstall} curl-0:8.0.1-1.amzn2.0.1.x86_64",
                1,
                Recording.Of("yum-3.4.3/lock-held")
            )
            .Expect(
                $"{MadeUpRpmHost.YumInstall} curl-0:8.0.1-1.amzn2.0.1.x86_64",
                0,
                "Complete!\n",
                effect: () => host.Replace("curl-8.0.1-1.amzn2.0.1.x86_64")
            );

        Assert.Empty((await host.InstallAsync("curl-8.0.1-1.amzn2.0.1.x86_64")).Setbacks);
        host.Runner.AssertDone();
    }

    [Fact]
    public async Task A_scriptlet_that_fails_under_yum_3_fails_its_package_alone()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(
            ["jenkins-2.213-1.1.noarch", "curl-7.88.1-1.amzn2.0.1.x86_64"],
            ["jenkins-2.274-1.1.noarch", "curl-8.0.1-1.amzn2.0.1.x86_64"]
        );
        const string plan =
            "---> Package jenkins.noarch 0:2.213-1.1 will be updated\n---> Package jenkins.noarch "
            + "0:2.274-1.1 will be an update\n---> Package curl.x86_64 0:7.88.1-1.amzn2.0.1 will be "
            + "updated\n---> Package curl.x86_64 0:8.0.1-1.amzn2.0.1 will be an update\nExiting on user "
            + "command\n";
        host.Runner.Expect(
                $"{MadeUpRpmHost.YumPlan} jenkins-0:2.274-1.1.noarch curl-0:8.0.1-1.amzn2.0.1.x86_64",
                1,
                plan
            )
            .Expect(
                "rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- jenkins-2.213-1.1.noarch "
                    + "curl-7.88.1-1.amzn2.0.1.x86_64"
            )
            .Expect(
                $"{MadeUpRpmHost.YumInstall} jenkins-0:2.274-1.1.noarch curl-0:8.0.1-1.amzn2.0.1.x86_64",
                1,
                Recording.Of("yum-3.4.3/transaction-scriptlet-failed"),
                effect: () => host.Replace("curl-8.0.1-1.amzn2.0.1.x86_64")
            );

        var outcome = await host.InstallAsync("jenkins-2.274-1.1.noarch", "curl-8.0.1-1.amzn2.0.1.x86_64");

        host.Runner.AssertDone();
        var setback = Assert.Single(outcome.Setbacks);
        Assert.Equal(("jenkins", SetbackKind.InstallFailed), (setback.Target.Name, setback.Kind));
        Assert.StartsWith("its %pre scriptlet failed, exit status 1", setback.Reason, StringComparison.Ordinal);
        Assert.True(host.Has("curl-8.0.1-1.amzn2.0.1.x86_64"));
    }

    [Fact]
    public async Task A_download_that_fails_and_a_package_without_a_signature_are_set_aside_and_the_others_installed()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(
            [
                "mariadb-1:5.5.65-1.el7.x86_64",
                "manticore-all-3.5.0-1.el7.centos.x86_64",
                "curl-7.88.1-1.amzn2.0.1.x86_64",
            ],
            [
                "mariadb-1:5.5.68-1.el7.x86_64",
                "manticore-all-3.5.2_201102.76ec090-1.el7.centos.x86_64",
                "curl-8.0.1-1.amzn2.0.1.x86_64",
            ]
        );
        const string mariadb = "mariadb-1:5.5.68-1.el7.x86_64";
        const string manticore = "manticore-all-3.5.2_201102.76ec090-1.el7.centos.x86_64";
        const string curlPlan =
            "---> Package curl.x86_64 0:7.88.1-1.amzn2.0.1 will be updated\n---> Package curl.x86_64 "
            + "0:8.0.1-1.amzn2.0.1 will be an update\n";
        const string manticorePlan =
            "---> Package manticore-all.x86_64 0:3.5.0-1.el7.centos will be updated\n---> Package "
            + "manticore-all.x86_64 0:3.5.2_201102.76ec090-1.el7.centos will be an update\n";
        const string mariadbPlan =
            "---> Package mariadb.x86_64 1:5.5.65-1.el7 will be updated\n---> Package mariadb.x86_64 "
            + "1:5.5.68-1.el7 will be an update\n";
        const string end = "Exiting on user command\n";
        host.Runner.Expect(
                $"{MadeUpRpmHost.YumPlan} mariadb-1:5.5.68-1.el7.x86_64 "
                    + $"manticore-all-0:3.5.2_201102.76ec090-1.el7.centos.x86_64 curl-0:8.0.1-1.amzn2.0.1.x86_64",
                1,
                mariadbPlan + manticorePlan + curlPlan + end
            )
            .Expect(
                "rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- mariadb-5.5.65-1.el7.x86_64 "
                    + "manticore-all-3.5.0-1.el7.centos.x86_64 curl-7.88.1-1.amzn2.0.1.x86_64"
            )
            .Expect(
                $"{MadeUpRpmHost.YumInstall} mariadb-1:5.5.68-1.el7.x86_64 "
                    + $"manticore-all-0:3.5.2_201102.76ec090-1.el7.centos.x86_64 curl-0:8.0.1-1.amzn2.0.1.x86_64",
                1,
                Recording.Of("yum-3.4.3/transaction-download-failed")
            )
            .Expect(
                $"{MadeUpRpmHost.YumPlan} manticore-all-0:3.5.2_201102.76ec090-1.el7.centos.x86_64 "
                    + $"curl-0:8.0.1-1.amzn2.0.1.x86_64",
                1,
                manticorePlan + curlPlan + end
            )
            .Expect(
                "rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- "
                    + "manticore-all-3.5.0-1.el7.centos.x86_64 curl-7.88.1-1.amzn2.0.1.x86_64"
            )
            .Expect(
                $"{MadeUpRpmHost.YumInstall} manticore-all-0:3.5.2_201102.76ec090-1.el7.centos.x86_64 "
                    + $"curl-0:8.0.1-1.amzn2.0.1.x86_64",
                1,
                Recording.Of("yum-3.4.3/transaction-unsigned")
            )
            .Expect($"{MadeUpRpmHost.YumPlan} curl-0:8.0.1-1.amzn2.0.1.x86_64", 1, curlPlan + end)
            .Expect("rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- curl-7.88.1-1.amzn2.0.1.x86_64")
            .Expect(
                $"{MadeUpRpmHost.YumInstall} curl-0:8.0.1-1.amzn2.0.1.x86_64",
                0,
                "Complete!\n",
                effect: () => host.Replace("curl-8.0.1-1.amzn2.0.1.x86_64")
            );

        var outcome = await host.InstallAsync(mariadb, manticore, "curl-8.0.1-1.amzn2.0.1.x86_64");

        host.Runner.AssertDone();
        Assert.Equal(
            [("mariadb", SetbackKind.DownloadFailed), ("manticore-all", SetbackKind.NotAuthenticated)],
            outcome.Setbacks.Select(s => (s.Target.Name, s.Kind))
        );
        Assert.True(host.Has("curl-8.0.1-1.amzn2.0.1.x86_64"));
    }

    [Fact]
    public async Task A_repository_that_yum_3_skips_without_naming_it_is_not_confirmed_and_is_said_to_be_so()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(s_installed, s_offered);
        File.SetLastWriteTimeUtc(
            Path.Combine(host.CacheFolder, "cachecookie"),
            TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-1)
        );
        host.Runner.Expect(
            "yum -y --config={data}/image/dnf/dnf.conf --noplugins --releasever=2 "
                + "--setopt=*.skip_if_unavailable=1 makecache",
            0,
            "Metadata Cache Created\n",
            Recording.Of("yum-3.4.3/makecache-skipped")
        );

        var repository = Assert.Single((await host.InventoryAsync(refresh: true)).Repositories);

        host.Runner.AssertDone();
        Assert.Equal(
            (RepositoryStatus.RefreshFailed, "yum makecache: it was not confirmed"),
            (repository.Status, repository.Message)
        );
        Assert.True(repository.HasUsableMetadata);
    }

    [Fact]
    public async Task A_refresh_that_finds_the_lock_of_yum_3_taken_ends_busy_and_does_not_wait_for_ever()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(s_installed, s_offered);
        host.Runner.Expect(
            "yum -y --config={data}/image/dnf/dnf.conf --noplugins --releasever=2 "
                + "--setopt=*.skip_if_unavailable=1 makecache",
            1,
            "",
            Recording.Of("yum-3.4.3/lock-held")
        );

        var failure = await Assert.ThrowsAsync<PatchToolsException>(() => host.InventoryAsync(refresh: true));

        Assert.Equal(PatchErrors.PackageManagerBusy, failure.Error);
        host.Runner.AssertDone();
    }

    [Fact]
    public async Task While_somebody_holds_a_lock_dnf_5_is_not_asked_for_a_plan()
    {
        using var host = MadeUpRpmHost.Fedora(["expat-2.6.0-1.fc39.x86_64"], ["expat-2.6.2-1.fc39.x86_64"]);
        var held = Path.Combine(Path.GetDirectoryName(host.CacheFolder)!, "metadata_lock.pid");
        await File.WriteAllTextAsync(held, $"{Environment.ProcessId}", TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<PatchToolsException>(() => host.PlanAsync("expat-2.6.2-1.fc39.x86_64"));

        Assert.Equal(PatchErrors.PackageManagerBusy, failure.Error);
        Assert.Contains(held, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_of_yum_3_confirms_what_it_asked()
    {
        using var host = MadeUpRpmHost.AmazonLinux2(s_installed, s_offered);
        var cookie = Path.Combine(host.CacheFolder, "cachecookie");
        File.SetLastWriteTimeUtc(cookie, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-1));
        host.Runner.Expect(
            "yum -y --config={data}/image/dnf/dnf.conf --noplugins --releasever=2 "
                + "--setopt=*.skip_if_unavailable=1 makecache",
            0,
            "Metadata Cache Created\n",
            effect: () => File.SetLastWriteTimeUtc(cookie, TimeProvider.System.GetUtcNow().UtcDateTime)
        );

        Assert.Equal(
            RepositoryStatus.Ok,
            Assert.Single((await host.InventoryAsync(refresh: true)).Repositories).Status
        );
        host.Runner.AssertDone();
    }

    [Fact]
    public async Task Dnf_5_is_asked_without_fetching_a_package_and_its_table_is_the_plan()
    {
        using var host = MadeUpRpmHost.Fedora(
            ["expat-2.6.0-1.fc39.x86_64", "libblockdev-3.1.0-1.fc39.x86_64"],
            ["expat-2.6.2-1.fc39.x86_64", "libblockdev-3.1.1-1.fc39.x86_64"]
        );
        host.Runner.Expect(
                $"{MadeUpRpmHost.Dnf5Plan} expat-0:2.6.2-1.fc39.x86_64 libblockdev-0:3.1.1-1.fc39.x86_64",
                1,
                Dnf5Upgrade,
                "Operation aborted by the user.\n"
            )
            .Expect(
                "dnf5 --installroot={root} --setopt=*.skip_if_unavailable=1 -C -q repoquery --queryformat … "
                    + "expat-0:2.6.2-1.fc39.x86_64 libblockdev-0:3.1.1-1.fc39.x86_64",
                0,
                "expat\u001fx86_64\u001f0\u001f2.6.2\u001f1.fc39\u001f1000\u001f2000\u001fupdates\u001e"
                    + "libblockdev\u001fx86_64\u001f0\u001f3.1.1\u001f1.fc39\u001f500\u001f2000\u001fupdates\u001e"
            )
            .Expect(
                "rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- expat-2.6.0-1.fc39.x86_64 "
                    + "libblockdev-3.1.0-1.fc39.x86_64"
            );

        var plan = await host.PlanAsync("expat-2.6.2-1.fc39.x86_64", "libblockdev-3.1.1-1.fc39.x86_64");

        host.Runner.AssertDone();
        Assert.Equal(
            [
                "Upgrade expat 2.6.0-1.fc39 2.6.2-1.fc39 updates",
                "Upgrade libblockdev 3.1.0-1.fc39 3.1.1-1.fc39 updates",
            ],
            plan.Changes.Select(c => $"{c.Action} {c.Name} {c.FromVersion} {c.ToVersion} {c.Repository}")
        );
        Assert.Equal(1500, plan.DownloadBytes);
    }

    [Fact]
    public async Task A_reboot_is_expected_where_dnf_5_itself_would_suggest_one()
    {
        using var host = MadeUpRpmHost.Fedora(
            ["openssl-libs-1:3.2.4-1.fc42.x86_64"],
            ["openssl-libs-1:3.2.6-2.fc42.x86_64"]
        );
        const string table =
            "Upgrading:\n openssl-libs             x86_64 1:3.2.6-2.fc42 updates    7.5 MiB\n   replacing "
            + "openssl-libs x86_64 1:3.2.4-1.fc42 <unknown>  7.5 MiB\n\nTransaction Summary:\n Upgrading:      "
            + "    1 package\n Replacing:          1 package\n";
        host.Runner.Expect(
                $"{MadeUpRpmHost.Dnf5Plan} openssl-libs-1:3.2.6-2.fc42.x86_64",
                1,
                table,
                "Operation aborted by the user.\n"
            )
            .Expect(
                "dnf5 --installroot={root} --setopt=*.skip_if_unavailable=1 -C -q repoquery --queryformat … "
                    + "openssl-libs-1:3.2.6-2.fc42.x86_64"
            )
            .Expect("rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- openssl-libs-3.2.4-1.fc42.x86_64");

        Assert.Equal(
            ["openssl-libs"],
            Assert.Single((await host.PlanAsync("openssl-libs-1:3.2.6-2.fc42.x86_64")).ExpectedReboot).Packages
        );
        host.Runner.AssertDone();
    }

    [Fact]
    public async Task A_package_that_dnf_5_finds_unsigned_is_set_aside_with_its_words()
    {
        using var host = MadeUpRpmHost.Fedora(["xpra-html5-18-1.r1.fc42.noarch"], ["xpra-html5-19-1.r1.fc42.noarch"]);
        const string table =
            "Upgrading:\n xpra-html5             noarch 0:19-1.r1.fc42 xpra       3.0 MiB\n   replacing "
            + "xpra-html5 noarch 0:18-1.r1.fc42 <unknown>  3.0 MiB\n\nTransaction Summary:\n Upgrading:        "
            + "  1 package\n Replacing:          1 package\n";
        host.Runner.Expect(
                $"{MadeUpRpmHost.Dnf5Plan} xpra-html5-0:19-1.r1.fc42.noarch",
                1,
                table,
                "Operation aborted by the user.\n"
            )
            .Expect(
                "dnf5 --installroot={root} --setopt=*.skip_if_unavailable=1 -C -q repoquery --queryformat … "
                    + "xpra-html5-0:19-1.r1.fc42.noarch"
            )
            .Expect("rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- xpra-html5-18-1.r1.fc42.noarch")
            .Expect(
                $"{MadeUpRpmHost.Dnf5Install} xpra-html5-0:19-1.r1.fc42.noarch",
                1,
                Recording.Of("dnf5-5.2/signature-failed")
            );

        var outcome = await host.InstallAsync("xpra-html5-19-1.r1.fc42.noarch");

        host.Runner.AssertDone();
        var setback = Assert.Single(outcome.Setbacks);
        Assert.Equal(SetbackKind.NotAuthenticated, setback.Kind);
        Assert.EndsWith("has failed: The package is not signed", setback.Reason, StringComparison.Ordinal);
        Assert.False(outcome.HasChanged);
    }

    [Fact]
    public async Task What_dnf_5_cannot_solve_fails_alone_with_its_words()
    {
        using var host = MadeUpRpmHost.Fedora(
            ["expat-2.6.0-1.fc39.x86_64", "libblockdev-3.1.0-1.fc39.x86_64", "NoBest-1.0-1.noarch"],
            ["expat-2.6.2-1.fc39.x86_64", "libblockdev-3.1.1-1.fc39.x86_64", "NoBest-2.0-1.noarch"]
        );
        var problem = Recording
            .Of("dnf5-5.4/problem-unmatched")
            .Replace("No match for argument: DoesNotExist\n", "", StringComparison.Ordinal);
        host.Runner.Expect(
                $"{MadeUpRpmHost.Dnf5Plan} expat-0:2.6.2-1.fc39.x86_64 libblockdev-0:3.1.1-1.fc39.x86_64 "
                    + $"NoBest-0:2.0-1.noarch",
                1,
                "",
                problem
            )
            .Expect(
                $"{MadeUpRpmHost.Dnf5Plan} expat-0:2.6.2-1.fc39.x86_64 libblockdev-0:3.1.1-1.fc39.x86_64",
                1,
                Dnf5Upgrade,
                "Operation aborted by the user.\n"
            )
            .Expect(
                $"{MadeUpRpmHost.Dnf5Plan} expat-0:2.6.2-1.fc39.x86_64 libblockdev-0:3.1.1-1.fc39.x86_64 "
                    + $"NoBest-0:2.0-1.noarch",
                1,
                "",
                problem
            )
            .Expect(
                "dnf5 --installroot={root} --setopt=*.skip_if_unavailable=1 -C -q repoquery --queryformat … "
                    + "expat-0:2.6.2-1.fc39.x86_64 libblockdev-0:3.1.1-1.fc39.x86_64"
            )
            .Expect(
                "rpm --dbpath {root}/var/lib/rpm -q --queryformat … -- expat-2.6.0-1.fc39.x86_64 "
                    + "libblockdev-3.1.0-1.fc39.x86_64"
            );

        var plan = await host.PlanAsync(
            "expat-2.6.2-1.fc39.x86_64",
            "libblockdev-3.1.1-1.fc39.x86_64",
            "NoBest-2.0-1.noarch"
        );

        host.Runner.AssertDone();
        Assert.Equal(
            "nothing provides DoesNotExist needed by NoBest-2.0-1.noarch from resolve-hints",
            Assert.Single(plan.Setbacks).Reason
        );
        Assert.Equal(["expat", "libblockdev"], plan.Changes.Select(c => c.Name));
    }

    [Fact]
    public async Task A_repository_that_dnf_5_cannot_reach_is_named_with_the_cause()
    {
        using var host = MadeUpRpmHost.Fedora(["expat-2.6.0-1.fc39.x86_64"], ["expat-2.6.2-1.fc39.x86_64"]);
        host.Runner.Expect(
            "dnf5 -y --config={data}/image/dnf/dnf.conf --no-plugins --releasever=2 "
                + "--setopt=*.skip_if_unavailable=1 --refresh makecache",
            1,
            "",
            Recording.Of("dnf5-5.2/makecache-failed").Replace("updates-source", "updates", StringComparison.Ordinal)
        );

        var repository = Assert.Single((await host.InventoryAsync(refresh: true)).Repositories);

        host.Runner.AssertDone();
        Assert.Equal(RepositoryStatus.RefreshFailed, repository.Status);
        Assert.StartsWith("dnf5 makecache: Status code: 404", repository.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_script_refuses_what_it_does_not_expect_and_misses_what_nobody_asked()
    {
        var runner = new ScriptedRunner("/root", "/data", _ => null).Expect("yum makecache").Expect("yum clean all");
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() =>
            runner.RunAsync(new Command("yum", ["update"]), CancellationToken.None)
        );
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(runner.AssertDone);
        await runner.RunAsync(new Command("yum", ["clean", "all"]), CancellationToken.None);
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() =>
            runner.RunAsync(new Command("yum", ["clean", "all"]), CancellationToken.None)
        );
    }

    private static string Dnf5Upgrade =>
        Recording.Of("dnf5-5.2/plan-upgrade-rows")
        + "\nTransaction Summary:\n Upgrading:          2 packages\n Replacing:          2 packages\n";
}
