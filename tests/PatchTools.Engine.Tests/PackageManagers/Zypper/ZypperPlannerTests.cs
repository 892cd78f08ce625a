using PatchTools.Engine.Tests.PackageManagers.Dnf;
using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Families.Shared;
using PatchTools.Ports;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Zypper;

/// <summary>Plans of the real zypper's resolver over real repositories.</summary>
[Collection(ZypperUniverseTests.Name)]
public sealed class ZypperPlannerTests(ZypperUniverse universe)
{
    [Fact]
    public async Task A_plan_without_trouble_takes_two_commands_and_lists_what_comes_along()
    {
        using var root = Ready();
        var runner = new RecordingRunner();

        var plan = await PlanAsync(
            root,
            ["a-sec=1.2-1", "a-epoch=1:1.0-1", "a-noarch=1.1-1", "d-app=2.0-1", "d-new=2.0-1"],
            runner: runner
        );

        Assert.Empty(plan.Setbacks);
        Assert.Equal(
            [
                "Upgrade a-epoch.x86_64 2.0-1 → 1:1.0-1 True base",
                "Upgrade a-noarch.noarch 1.0-1 → 1.1-1 True base",
                "Upgrade a-sec.x86_64 1.0-1 → 1.2-1 True base",
                "Upgrade d-app.x86_64 1.0-1 → 2.0-1 True deps",
                "Upgrade d-lib.x86_64 1.0-1 → 2.0-1 False deps",
                "Upgrade d-new.x86_64 1.0-1 → 2.0-1 True deps",
                "Install d-dependency.x86_64  → 2:1.0-1 False deps",
            ],
            plan.Changes.Select(Line)
        );
        Assert.Equal(1, plan.ResolverCalls);
        var files = Directory
            .GetFiles(universe.RepositoryFolder("base"), "*.rpm")
            .Concat(Directory.GetFiles(universe.RepositoryFolder("deps"), "*.rpm"))
            .Where(f =>
                new[]
                {
                    "a-epoch-1.0-1",
                    "a-noarch-1.1",
                    "a-sec-1.2",
                    "d-app-2.0",
                    "d-lib-2.0",
                    "d-new-2.0",
                    "d-dependency-",
                }.Any(n => Path.GetFileName(f).StartsWith(n, StringComparison.Ordinal))
            );
        Assert.Equal(files.Sum(f => new FileInfo(f).Length), plan.DownloadBytes);
        Assert.Equal(["zypper", "rpm"], runner.Commands.Select(c => c.FileName));
    }

    [Fact]
    public async Task What_fails_fails_alone_with_the_words_of_zypper()
    {
        using var root = Ready();

        var plan = await PlanAsync(
            root,
            ["a-sec=1.2-1", "d-unmet=2.0-1", "a-rec=1.1-1", "d-rival=2.0-1", "a-gone=1.1-1"]
        );

        var reasons = plan.Setbacks.ToDictionary(s => s.Target.Name, s => $"{s.Kind}: {s.Reason}");
        Assert.Equal(3, reasons.Count);
        Assert.Equal("Dependency: nothing provides not-anywhere needed by d-unmet-2.0-1.x86_64", reasons["d-unmet"]);
        Assert.Equal(
            "WouldRemove: d-rival-2.0-1.x86_64 conflicts with a-plain provided by a-plain-1.0-1.x86_64",
            reasons["d-rival"]
        );
        Assert.Equal("Dependency: no enabled repository offers a-gone 1.1-1", reasons["a-gone"]);
        Assert.Equal(["a-rec", "a-sec"], plan.Changes.Select(c => c.Name));
        Assert.True(plan.ResolverCalls <= 8, $"{plan.ResolverCalls} questions");
    }

    [Fact]
    public async Task Packages_that_need_each_other_are_planned_together()
    {
        using var root = Ready();

        Assert.Equal(
            ["d-one", "d-two"],
            (await PlanAsync(root, ["d-one=2.0-1", "d-two=2.0-1"])).Changes.Select(c => c.Name)
        );
        Assert.Equal(
            ["d-one", "d-two"],
            (await PlanAsync(root, ["d-unmet=2.0-1", "d-one=2.0-1", "d-two=2.0-1"])).Changes.Select(c => c.Name)
        );
    }

    [Fact]
    public async Task A_rejected_dependency_fails_what_needs_it()
    {
        using var root = Ready();

        var plan = await PlanAsync(root, ["d-app=2.0-1", "d-new=2.0-1"], ["d-lib"]);

        Assert.Equal(
            ("d-app", SetbackKind.RejectedDependency, "it needs d-lib 2.0-1: rejected patches entry 'd-lib'"),
            plan.Setbacks.Select(s => (s.Target.Name, s.Kind, s.Reason)).Single()
        );
        Assert.Equal(["d-new", "d-dependency"], plan.Changes.Select(c => c.Name));
    }

    [Fact]
    public async Task What_is_locked_or_of_another_vendor_is_held_and_the_resolver_is_not_asked()
    {
        using var root = Ready("a-sec", "a-rec = 1.1-1");

        var plan = await PlanAsync(root, ["a-sec=1.2-1", "a-rec=1.1-1", "v-other=2.0-1"]);

        Assert.All(plan.Setbacks, s => Assert.Equal(SetbackKind.Held, s.Kind));
        Assert.Contains(
            "lock 'a-sec'",
            plan.Setbacks.Single(s => s.Target.Name == "a-sec").Reason,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "lock 'a-rec == 1.1-1'",
            plan.Setbacks.Single(s => s.Target.Name == "a-rec").Reason,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "a change of vendor",
            plan.Setbacks.Single(s => s.Target.Name == "v-other").Reason,
            StringComparison.Ordinal
        );
        Assert.Equal((0, 0), (plan.Changes.Count, plan.ResolverCalls));
    }

    [Fact]
    public async Task Patches_that_suggest_a_reboot_or_change_the_package_manager_say_so_in_the_plan()
    {
        using var root = Ready();

        var plan = await PlanAsync(root, ["libzypp=17.1-1", "core=1.1-1", "a-sec=1.2-1"]);

        Assert.Equal(
            "first, as it changes the package manager itself",
            plan.Changes.Single(c => c.Name == "libzypp").Note
        );
        Assert.Equal("RIG-SLE-2026-7 suggests a reboot", Assert.Single(plan.ExpectedReboot).Text);
    }

    [Fact]
    public async Task A_dead_repository_does_not_keep_the_others_from_being_planned()
    {
        using var root = Ready();
        root.Repository("dead", "name=Dead\nbaseurl=dir:/nowhere");

        Assert.Equal(["a-sec"], (await PlanAsync(root, ["a-sec=1.2-1"])).Changes.Select(c => c.Name));
    }

    [Fact]
    public async Task A_lock_that_another_process_holds_is_an_error_that_names_it()
    {
        using var root = Ready();
        var inventory = await root.InventoryAsync();
        root.Write(
            "run/zypp.pid",
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")
        );

        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            PlanAsync(root, ["a-sec=1.2-1"], inventory: inventory)
        );

        Assert.Equal(PatchErrors.PackageManagerBusy, error.Error);
    }

    private static string Line(PlannedChange change) =>
        $"{change.Action} {change.Name}.{change.Architecture} {change.FromVersion} → {change.ToVersion} "
        + $"{change.IsRequested} {change.Repository}";

    private ZypperRoot Ready(params string[] locks)
    {
        var root = universe.NewRoot();
        root.OwnRepository("deps");
        root.Zypper("refresh");
        if (locks.Length > 0)
            root.Zypper(["addlock", .. locks]);
        return root;
    }

    private static async Task<InstallPlan> PlanAsync(
        ZypperRoot root,
        IReadOnlyList<string> targets,
        IReadOnlyList<string>? refused = null,
        RecordingRunner? runner = null,
        HostInventory? inventory = null
    )
    {
        inventory ??= await root.InventoryAsync();
        return await root.Manager(runner: runner)
            .PlanAsync(
                new InstallRequest
                {
                    Inventory = inventory,
                    LockTimeout = TimeSpan.Zero,
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
