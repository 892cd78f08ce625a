using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Shared;
using PatchTools.Ports;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>Plans of the real dnf's resolver over real repositories.</summary>
[Collection(RpmUniverseTests.Name)]
public sealed class DnfPlannerTests(RpmUniverse universe)
{
    private const string LongName = "l-name-of-a-package-that-is-longer-than-any-column-of-a-table";

    [Fact]
    public async Task A_plan_without_trouble_takes_three_commands_and_lists_what_comes_along()
    {
        using var root = Ready();
        var runner = new RecordingRunner();

        var plan = await PlanAsync(
            root,
            [
                "a-sec=1.2-1",
                "a-epoch=1:1.0-1",
                "a-noarch=1.1-1",
                "d-app=2.0-1",
                $"{LongName}=1.1.20260101git0123456789abcdef-1.el9_4.12",
            ],
            runner: runner
        );

        Assert.Empty(plan.Setbacks);
        Assert.Equal(
            [
                "Upgrade a-epoch.x86_64 2.0-1 → 1:1.0-1 True base",
                "Upgrade a-noarch.noarch 1.0-1 → 1.1-1 True base",
                "Upgrade a-sec.x86_64 1.0-1 → 1.2-1 True base",
                "Upgrade d-app.x86_64 1.0-1 → 2.0-1 True base",
                "Upgrade d-lib.x86_64 1.0-1 → 2.0-1 False base",
                $"Upgrade {LongName}.x86_64 1.0-1 → 1.1.20260101git0123456789abcdef-1.el9_4.12 True base",
            ],
            plan.Changes.Select(Line)
        );
        Assert.Equal(1, plan.ResolverCalls);
        var files = Directory
            .GetFiles(universe.RepositoryFolder("base"), "*.rpm")
            .Where(f =>
                new[] { "a-epoch-1.0-1", "a-noarch-1.1", "a-sec-1.2", "d-app-2.0", "d-lib-2.0", LongName + "-1.1" }.Any(
                    n => Path.GetFileName(f).StartsWith(n, StringComparison.Ordinal)
                )
            );
        Assert.Equal(files.Sum(f => new FileInfo(f).Length), plan.DownloadBytes);
        Assert.Equal(["dnf", "dnf", "rpm"], runner.Commands.TakeLast(3).Select(c => c.FileName));
    }

    [Fact]
    public async Task A_kernel_comes_beside_the_others_the_oldest_makes_room_and_a_reboot_is_expected()
    {
        using var root = Ready(r => r.Configure("installonly_limit=2"));

        var plan = await PlanAsync(root, ["kernel=5.14.0-3"]);

        Assert.Equal(
            ["Install kernel.x86_64  → 5.14.0-3 True base", "Remove kernel.x86_64 5.14.0-1 →  False "],
            plan.Changes.Select(Line)
        );
        Assert.Equal("the oldest of its versions (installonly_limit)", plan.Changes[1].Note);
        Assert.Equal(RebootSign.Kernel, Assert.Single(plan.ExpectedReboot).Sign);
    }

    [Fact]
    public async Task What_a_new_dependency_replaces_is_in_the_plan_with_the_reason()
    {
        using var root = Ready();

        var plan = await PlanAsync(root, ["x-app=1.1-1"]);

        Assert.Equal(
            [
                "Upgrade x-app.x86_64 1.0-1 → 1.1-1 True base",
                "Install o-new.x86_64  → 2.0-1 False base",
                "Remove o-old.x86_64 1.0-1 →  False ",
            ],
            plan.Changes.Select(Line)
        );
        Assert.Equal(DnfTable.ReplacedNote, plan.Changes[^1].Note);
    }

    [Fact]
    public async Task A_plan_that_would_remove_a_protected_package_is_refused_with_the_words_of_dnf()
    {
        using var root = Ready(r => r.Configure("protected_packages=o-old"));

        var plan = await PlanAsync(root, ["x-app=1.1-1", "a-sec=1.2-1"]);

        var setback = Assert.Single(plan.Setbacks);
        Assert.Equal(
            (
                "x-app",
                SetbackKind.WouldRemove,
                "The operation would result in removing the following protected packages: o-old"
            ),
            (setback.Target.Name, setback.Kind, setback.Reason)
        );
        Assert.Equal(["a-sec"], plan.Changes.Select(c => c.Name));
    }

    [Fact]
    public async Task A_package_with_a_dependency_that_nobody_offers_fails_alone_with_the_words_of_dnf()
    {
        using var root = Ready();

        var plan = await PlanAsync(root, ["a-sec=1.2-1", "d-unmet=2.0-1", "a-bug=1.1-1", "c-app=1.1-1"]);

        var reasons = plan.Setbacks.ToDictionary(s => s.Target.Name, s => $"{s.Kind}: {s.Reason}");
        Assert.Equal(2, reasons.Count);
        Assert.Equal("Dependency: nothing provides not-anywhere needed by d-unmet-2.0-1.x86_64", reasons["d-unmet"]);
        Assert.Contains(
            "package c-app-1.1-1.x86_64 conflicts with a-plain provided by a-plain-1.0-1.x86_64",
            reasons["c-app"],
            StringComparison.Ordinal
        );
        Assert.Equal(["a-bug", "a-sec"], plan.Changes.Select(c => c.Name));
        Assert.True(plan.ResolverCalls <= 6, $"{plan.ResolverCalls} questions");
    }

    [Fact]
    public async Task Packages_that_need_each_other_are_planned_together()
    {
        using var root = Ready();
        Assert.Equal(
            ["t-one", "t-two"],
            (await PlanAsync(root, ["t-one=1.1-1", "t-two=1.1-1"])).Changes.Select(c => c.Name)
        );
        Assert.Equal(
            ["t-one", "t-two"],
            (await PlanAsync(root, ["d-unmet=2.0-1", "t-one=1.1-1", "t-two=1.1-1"])).Changes.Select(c => c.Name)
        );
    }

    [Fact]
    public async Task A_rejected_dependency_fails_what_needs_it_and_is_left_alone_where_it_is_only_recommended()
    {
        using var root = Ready();

        var plan = await PlanAsync(root, ["d-app=2.0-1", "w-app=1.1-1"], ["d-lib", "w-extra"]);

        Assert.Equal(
            ("d-app", SetbackKind.RejectedDependency, "it needs d-lib 2.0-1: rejected patches entry 'd-lib'"),
            plan.Setbacks.Select(s => (s.Target.Name, s.Kind, s.Reason)).Single()
        );
        Assert.Equal(["w-app"], plan.Changes.Select(c => c.Name));
        Assert.Contains("w-extra-0:1.1-1.x86_64", plan.LeftAlone);
    }

    [Fact]
    public async Task What_the_administrator_locked_or_excluded_is_held_and_the_resolver_is_not_asked()
    {
        using var root = Ready(r =>
        {
            r.Configure("excludepkgs=a-bug");
            r.Lock("a-sec-0:1.1-1.*");
        });

        var plan = await PlanAsync(root, ["a-bug=1.1-1", "a-sec=1.2-1"]);

        Assert.All(plan.Setbacks, s => Assert.Equal(SetbackKind.Held, s.Kind));
        Assert.Contains(
            "excluded by 'a-bug' in ",
            plan.Setbacks.Single(s => s.Target.Name == "a-bug").Reason,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "versionlock.list",
            plan.Setbacks.Single(s => s.Target.Name == "a-sec").Reason,
            StringComparison.Ordinal
        );
        Assert.Equal((0, 0), (plan.Changes.Count, plan.ResolverCalls));
    }

    [Fact]
    public async Task What_the_repositories_no_longer_offer_fails_alone()
    {
        using var root = Ready();

        var plan = await PlanAsync(root, ["a-gone=1.1-1", "a-sec=1.2-1"]);

        Assert.Equal("no visible repository offers a-gone 1.1-1", Assert.Single(plan.Setbacks).Reason);
        Assert.Equal(["a-sec"], plan.Changes.Select(c => c.Name));
    }

    [Fact]
    public async Task A_dead_repository_does_not_keep_the_others_from_being_planned()
    {
        using var root = Ready(r => r.Repository("dead", "baseurl=file:///nowhere"));

        Assert.Equal(["a-sec"], (await PlanAsync(root, ["a-sec=1.2-1"])).Changes.Select(c => c.Name));
    }

    [Fact]
    public async Task Repositories_of_the_baseline_stand_for_the_hosts_own()
    {
        using var root = Ready();
        root.Hold(universe.RepositoryFolder("extra"));
        var sources = $"[own]\nname=own\nbaseurl=file://{universe.RepositoryFolder("extra")}\n";
        var before = root.Fingerprint("etc");
        var inventory = await root.Manager()
            .GetInventoryAsync(
                new InventoryRequest
                {
                    Refresh = true,
                    CustomSources = sources,
                    Origin = InventoryOrigin.Root,
                },
                new SilentObserver(),
                TestContext.Current.CancellationToken
            );

        var plan = await PlanAsync(root, ["p-extra=1.1-1", "a-sec=1.2-1"], sources: sources, inventory: inventory);

        Assert.Equal(["Upgrade p-extra.x86_64 1.0-1 → 1.1-1 True own"], plan.Changes.Select(Line));
        Assert.Equal("a-sec", Assert.Single(plan.Setbacks).Target.Name);
        Assert.Equal(before, root.Fingerprint("etc"));

        // Read again without asking: the same repositories, not the host's.
        var again = await root.Manager()
            .GetInventoryAsync(
                new InventoryRequest { CustomSources = sources, Origin = InventoryOrigin.Root },
                new SilentObserver(),
                TestContext.Current.CancellationToken
            );
        Assert.Equal(inventory.Offers.Count, again.Offers.Count);
    }

    [Fact]
    public async Task A_version_that_is_there_already_is_accepted_without_a_change_and_one_that_dnf_passes_over_is_not()
    {
        using var root = Ready();

        Assert.Equal(["a-bug"], (await PlanAsync(root, ["a-sec=1.0-1", "a-bug=1.1-1"])).Changes.Select(c => c.Name));
        var plan = await PlanAsync(root, ["a-newer=2.0-1", "a-bug=1.1-1"]);
        Assert.Equal("a-newer", Assert.Single(plan.Setbacks).Target.Name);
        Assert.Equal(["a-bug"], plan.Changes.Select(c => c.Name));
    }

    [Fact]
    public async Task Who_is_not_root_is_told_so_before_dnf_is_asked()
    {
        using var root = Ready();
        var error = await Assert.ThrowsAsync<PatchToolsException>(async () =>
            await root.Manager(isRoot: false)
                .PlanAsync(
                    new InstallRequest
                    {
                        Inventory = await root.InventoryAsync(),
                        Targets = [],
                        Dependencies = new Refusing([]),
                    },
                    new SilentObserver(),
                    TestContext.Current.CancellationToken
                )
        );
        Assert.Equal(PatchErrors.ElevationRequired, error.Error);
    }

    private static string Line(PlannedChange change) =>
        $"{change.Action} {change.Name}.{change.Architecture} {change.FromVersion} → {change.ToVersion} "
        + $"{change.IsRequested} {change.Repository}";

    private RpmRoot Ready(Action<RpmRoot>? change = null)
    {
        Rig.NeedsRoot();
        var root = universe.NewRoot();
        root.Lock();
        change?.Invoke(root);
        root.Dnf("--setopt=*.skip_if_unavailable=1", "makecache");
        return root;
    }

    private static async Task<InstallPlan> PlanAsync(
        RpmRoot root,
        IReadOnlyList<string> targets,
        IReadOnlyList<string>? refused = null,
        RecordingRunner? runner = null,
        string? sources = null,
        HostInventory? inventory = null
    )
    {
        inventory ??= await root.InventoryAsync();
        return await root.Manager(runner: runner)
            .PlanAsync(
                new InstallRequest
                {
                    Inventory = inventory,
                    CustomSources = sources,
                    Dependencies = new Refusing(refused ?? []),
                    Targets = [.. targets.Select(t => t.Split('=')).Select(t => Target(inventory, t[0], t[1]))],
                },
                new SilentObserver(),
                TestContext.Current.CancellationToken
            );
    }

    private static PatchTarget Target(HostInventory inventory, string name, string edition)
    {
        var installed = inventory.Installed.Last(p => p.Name == name);
        return new PatchTarget
        {
            Name = name,
            Architecture = installed.Architecture,
            InstalledEdition = installed.Edition,
            Edition = edition,
            Id = $"{name}.{installed.Architecture}",
        };
    }

    private sealed class Refusing(IReadOnlyList<string> names) : IDependencyPolicy
    {
        public string? RefusalOf(string name, string architecture, string edition) =>
            names.Contains(name) ? $"rejected patches entry '{name}'" : null;
    }
}
