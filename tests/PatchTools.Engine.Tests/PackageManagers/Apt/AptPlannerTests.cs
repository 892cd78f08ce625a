using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>Plans of the real apt's resolver over made-up packages.</summary>
public sealed class AptPlannerTests
{
    [Fact]
    public async Task A_plan_without_trouble_takes_two_commands_and_lists_what_comes_along()
    {
        using var root = new MadeUpAptRoot();
        for (var i = 0; i < 40; i++)
            root.Installed($"bulk{i}", "1.0").Offered($"bulk{i}", "1.1");
        root.Installed("web", "1.0").Offered("web", "1.1", "Depends: libweb (>= 3)").Offered("libweb", "3.0");

        var plan = await root.PlanAsync(["web=1.1", .. Enumerable.Range(0, 40).Select(i => $"bulk{i}=1.1")]);

        Assert.Empty(plan.Setbacks);
        Assert.Equal(42, plan.Changes.Count);
        var change = Assert.Single(plan.Changes, c => c.Name == "web");
        Assert.Equal(
            (PlannedAction.Upgrade, "amd64", "1.0", "1.1", true),
            (change.Action, change.Architecture, change.FromVersion, change.ToVersion, change.IsRequested)
        );
        Assert.Contains("Example:12.1/stable", change.Repository, StringComparison.Ordinal);
        var dependency = Assert.Single(plan.Changes, c => c.Action == PlannedAction.Install);
        Assert.Equal(("libweb", "3.0", false), (dependency.Name, dependency.ToVersion, dependency.IsRequested));
        Assert.Equal(42_000, plan.DownloadBytes);
        Assert.Equal(2, plan.ResolverCalls);
        Assert.Equal(2, root.Runner.Commands.Count);
    }

    [Fact]
    public async Task An_unsatisfiable_package_fails_alone_with_the_words_of_apt()
    {
        using var root = new MadeUpAptRoot();
        for (var i = 0; i < 20; i++)
            root.Installed($"bulk{i}", "1.0").Offered($"bulk{i}", "1.1");
        root.Installed("bad", "1.0").Offered("bad", "1.1", "Depends: nowhere (>= 2)");

        var plan = await root.PlanAsync([.. Enumerable.Range(0, 20).Select(i => $"bulk{i}=1.1"), "bad=1.1"]);

        var setback = Assert.Single(plan.Setbacks);
        Assert.Equal(("bad", SetbackKind.Dependency), (setback.Target.Name, setback.Kind));
        Assert.Equal("bad Depends: nowhere (>= 2) but it is not installable", setback.Reason);
        Assert.Equal(20, plan.Changes.Count);
        Assert.Equal(20, plan.Accepted.Count);
        Assert.True(plan.ResolverCalls <= 4, $"{plan.ResolverCalls} calls");
    }

    [Fact]
    public async Task Several_bad_packages_of_many_each_fail_alone()
    {
        using var root = new MadeUpAptRoot();
        for (var i = 0; i < 30; i++)
            root.Installed($"p{i:00}", "1.0")
                .Offered(
                    $"p{i:00}",
                    "1.1",
                    i % 10 == 3 ? $"Depends: nowhere{i}"
                        : i == 17 ? "Conflicts: keep"
                        : ""
                );
        root.Installed("keep", "1.0");

        var plan = await root.PlanAsync([.. Enumerable.Range(0, 30).Select(i => $"p{i:00}=1.1")]);

        Assert.Equal(
            ["p03", "p13", "p17", "p23"],
            plan.Setbacks.Select(s => s.Target.Name).Order(StringComparer.Ordinal)
        );
        Assert.Equal(26, plan.Changes.Count);
        Assert.Equal(
            "it would remove keep 1.0",
            Assert.Single(plan.Setbacks, s => s.Kind == SetbackKind.WouldRemove).Reason
        );
    }

    [Fact]
    public async Task What_was_set_aside_is_tried_with_the_others_it_needs()
    {
        using var root = new MadeUpAptRoot();

        // apt's own candidates are 1.2; the wanted versions need each other and stand in different halves.
        root.Installed("m", "1.0", "Depends: n (= 1.0)")
            .Offered("m", "1.1", "Depends: n (= 1.1)")
            .Offered("m", "1.2", "Depends: n (= 1.2)");
        root.Installed("n", "1.0", "Breaks: m (<< 1.0)")
            .Offered("n", "1.1", "Breaks: m (<< 1.1), m (>> 1.1)")
            .Offered("n", "1.2", "Breaks: m (<< 1.2)");
        root.Installed("bad", "1.0").Offered("bad", "1.1", "Conflicts: keep").Installed("keep", "1.0");
        root.Installed("good", "1.0").Offered("good", "1.1");

        var plan = await root.PlanAsync("m=1.1", "bad=1.1", "good=1.1", "n=1.1");

        Assert.Equal("bad", Assert.Single(plan.Setbacks).Target.Name);
        Assert.Equal(["good", "m", "n"], plan.Changes.Select(c => c.Name));
        Assert.All(plan.Changes, c => Assert.Equal("1.1", c.ToVersion));
    }

    [Fact]
    public async Task A_package_that_somebody_asked_for_is_never_removed_and_one_that_nobody_needs_may_be()
    {
        using var root = new MadeUpAptRoot();
        root.Installed("app", "1.0", "Depends: libold")
            .Offered("app", "2.0", "Depends: libnew\nConflicts: libold")
            .Offered("libnew", "1.0");
        root.Installed("libold", "1.0", automatic: true);
        root.Installed("tool", "1.0").Offered("tool", "2.0", "Conflicts: recommended");
        root.Installed("recommended", "1.0", automatic: true).Installed("fan", "1.0", "Recommends: recommended");

        var plan = await root.PlanAsync("app=2.0", "tool=2.0");

        var setback = Assert.Single(plan.Setbacks);
        Assert.Equal(
            ("tool", SetbackKind.WouldRemove, "it would remove recommended 1.0"),
            (setback.Target.Name, setback.Kind, setback.Reason)
        );
        var removal = Assert.Single(plan.Changes, c => c.Action == PlannedAction.Remove);
        Assert.Equal(("libold", "no longer needed"), (removal.Name, removal.Note));
    }

    [Fact]
    public async Task An_essential_package_is_never_removed()
    {
        using var root = new MadeUpAptRoot();
        root.Installed("base", "1.0", "Essential: yes")
            .Installed("greedy", "1.0")
            .Offered("greedy", "1.1", "Conflicts: base");

        var plan = await root.PlanAsync("greedy=1.1");

        Assert.Contains("base", Assert.Single(plan.Setbacks).Reason, StringComparison.Ordinal);
        Assert.Empty(plan.Changes);
        Assert.True(plan.IsEmpty);
    }

    [Fact]
    public async Task A_rejected_dependency_stops_only_what_cannot_do_without_it()
    {
        using var root = new MadeUpAptRoot();
        root.Installed("needs", "1.0").Offered("needs", "1.1", "Depends: refused");
        root.Installed("likes", "1.0").Offered("likes", "1.1", "Recommends: refused");
        root.Installed("either", "1.0").Offered("either", "1.1", "Depends: refused | allowed");
        root.Offered("refused", "1.0").Offered("allowed", "1.0");

        var plan = await root.PlanAsync(new MadeUpAptRoot.Refusing("refused"), "needs=1.1", "likes=1.1", "either=1.1");

        var setback = Assert.Single(plan.Setbacks);
        Assert.Equal(
            ("needs", SetbackKind.RejectedDependency, "it needs refused 1.0: rejected patches entry 'refused'"),
            (setback.Target.Name, setback.Kind, setback.Reason)
        );
        Assert.True(setback.IsDependencyFailure);
        Assert.Equal(["allowed", "either", "likes"], plan.Changes.Select(c => c.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["refused:amd64"], plan.LeftAlone);
    }

    [Fact]
    public async Task Holds_and_negative_pins_are_respected_without_asking_apt()
    {
        using var root = new MadeUpAptRoot();
        root.Installed("held", "1.0", status: "hold ok installed").Offered("held", "1.1");
        root.Installed("pinned", "1.0").Offered("pinned", "1.1");
        root.Installed("free", "1.0").Offered("free", "1.1");
        root.Write("etc/apt/preferences.d/no", "Package: pinned\nPin: version 1.1\nPin-Priority: -1\n");

        var plan = await root.PlanAsync("held=1.1", "pinned=1.1", "free=1.1");

        Assert.All(plan.Setbacks, s => Assert.Equal(SetbackKind.Held, s.Kind));
        Assert.Equal(["held", "pinned"], plan.Setbacks.Select(s => s.Target.Name));
        Assert.Contains("is refused by pin -1 for pinned in ", plan.Setbacks[1].Reason, StringComparison.Ordinal);
        Assert.Equal("free", Assert.Single(plan.Changes).Name);
        Assert.Equal(2, plan.ResolverCalls);
    }

    [Fact]
    public async Task A_positive_pin_is_overridden_and_the_plan_says_so()
    {
        using var root = new MadeUpAptRoot();
        root.Installed("pinned", "1.0").Offered("pinned", "1.1");
        root.Write("etc/apt/preferences.d/stay", "Package: pinned\nPin: version 1.0\nPin-Priority: 1001\n");

        var plan = await root.PlanAsync("pinned=1.1");

        Assert.Empty(plan.Setbacks);
        Assert.StartsWith(
            "overrides pin 1001 for pinned in ",
            Assert.Single(plan.Changes).Note,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_package_of_an_unauthenticated_repository_fails_alone()
    {
        using var root = new MadeUpAptRoot();
        root.Installed("stray", "1.0").OfferedElsewhere("stray", "1.1");
        root.Installed("dependent", "1.0")
            .Offered("dependent", "1.1", "Depends: foreign")
            .OfferedElsewhere("foreign", "1.0");
        root.Installed("good", "1.0").Offered("good", "1.1");

        var plan = await root.PlanAsync("stray=1.1", "dependent=1.1", "good=1.1");

        Assert.All(plan.Setbacks, s => Assert.Equal(SetbackKind.NotAuthenticated, s.Kind));
        Assert.Equal(["dependent", "stray"], plan.Setbacks.Select(s => s.Target.Name).Order(StringComparer.Ordinal));
        Assert.Equal("good", Assert.Single(plan.Changes).Name);
    }

    [Fact]
    public async Task A_version_that_has_gone_fails_alone()
    {
        using var root = new MadeUpAptRoot();
        root.Installed("gone", "1.0").Offered("gone", "1.2").Installed("good", "1.0").Offered("good", "1.1");

        var plan = await root.PlanAsync("gone=1.1", "good=1.1");

        Assert.Equal("Version '1.1' for 'gone' was not found", Assert.Single(plan.Setbacks).Reason);
        Assert.Equal("good", Assert.Single(plan.Changes).Name);
    }

    [Fact]
    public async Task An_inconsistent_database_is_repaired_by_the_same_rules()
    {
        using var root = new MadeUpAptRoot();
        root.Installed("halfway", "1.0", "Depends: missing").Offered("missing", "1.0");
        root.Installed("good", "1.0").Offered("good", "1.1");

        var plan = await root.PlanAsync("good=1.1");

        Assert.True(plan.RepairsDatabase);
        Assert.Empty(plan.Setbacks);
        Assert.Equal(["good", "missing"], plan.Changes.Select(c => c.Name).Order(StringComparer.Ordinal));
        Assert.Equal("puts the package database right", Assert.Single(plan.Changes, c => c.Name == "missing").Note);
    }

    [Fact]
    public async Task A_database_that_cannot_be_repaired_is_the_reason_of_every_setback()
    {
        using var root = new MadeUpAptRoot();
        root.Installed("halfway", "1.0", "Depends: missing");
        for (var i = 0; i < 20; i++)
            root.Installed($"p{i}", "1.0").Offered($"p{i}", "1.1");

        var plan = await root.PlanAsync([.. Enumerable.Range(0, 20).Select(i => $"p{i}=1.1")]);

        Assert.Equal(20, plan.Setbacks.Count);
        Assert.All(plan.Setbacks, s => Assert.Equal("it would remove halfway 1.0", s.Reason));
        Assert.Empty(plan.Changes);
        Assert.True(plan.ResolverCalls <= 3, $"{plan.ResolverCalls} calls");
    }

    [Fact]
    public async Task Kernels_and_core_packages_announce_a_reboot_and_services_are_named()
    {
        using var root = new MadeUpAptRoot();
        root.Installed("linux-image-amd64", "1.0")
            .Offered("linux-image-amd64", "1.1", "Depends: linux-image-6.1.0-99-amd64")
            .Offered("linux-image-6.1.0-99-amd64", "1.1");
        root.Installed("dbus", "1.0").Offered("dbus", "1.1");
        root.Installed("ssh", "1.0").Offered("ssh", "1.1");
        root.Write(
            "var/lib/dpkg/info/ssh.list",
            "/.\n/etc/init.d/ssh\n/lib/systemd/system/ssh.service\n/lib/systemd/system/ssh@.service\n"
                + "/usr/lib/systemd/system/sleeping.service\n"
        );

        var plan = await root.PlanAsync("linux-image-amd64=1.1", "dbus=1.1", "ssh=1.1");

        Assert.Equal([RebootSign.Kernel, RebootSign.CorePackages], plan.ExpectedReboot.Select(r => r.Sign));
        Assert.Equal(["linux-image-6.1.0-99-amd64"], plan.ExpectedReboot[0].Packages);
        Assert.Equal(["dbus"], plan.ExpectedReboot[1].Packages);
        Assert.Equal(["sleeping", "ssh"], plan.Services);
    }
}
