using System.Globalization;
using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Families.Shared;
using PatchTools.Inventories;
using PatchTools.Testing;
using PatchTools.Versions;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Zypper;

/// <summary>The real zypper and PatchTools look at one root: they must see the same.</summary>
[Collection(ZypperUniverseTests.Name)]
public sealed class ZypperRigTests(ZypperUniverse universe)
{
    public static TheoryData<string> Settings =>
        [
            "plain",
            "two repositories",
            "priorities",
            "equal priorities",
            "disabled repository",
            "vendors",
            "vendor changes allowed",
        ];

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task The_upgradable_and_the_patch_set_are_those_of_zypper(string setting)
    {
        using var root = universe.NewRoot();
        Apply(root, setting);
        root.Zypper("refresh");

        var inventory = await root.InventoryAsync();

        Assert.All(inventory.Repositories, r => Assert.Equal(RepositoryStatus.Ok, r.Status));
        Assert.Equal(root.ZypperUpdates(), Upgradable(inventory));

        // zypper passes over patches that change a vendor even where it lets single packages change theirs.
        if (setting != "vendor changes allowed")
            Assert.Equal(root.ZypperPatches(), NeededPatches(inventory));
    }

    [Theory]
    [InlineData("a-sec", "a-r*", "-t patch RIG-SLE-2026-6")]
    [InlineData("a-plain = 1.1-1", "a-sec > 1.1", "-r extra p-extra")]
    [InlineData("a-sec < 1.2", "A-PLAIN", "a-noarch >= 1.1-1")]
    public async Task Locks_leave_the_updates_that_zypper_leaves(params string[] locks)
    {
        using var root = universe.NewRoot();
        root.OwnRepository("extra");
        root.Zypper("refresh");
        foreach (var entry in locks)
            root.Zypper(["addlock", .. entry.StartsWith('-') ? entry.Split(' ') : [entry]]);

        Assert.Equal(root.ZypperUpdates(), Upgradable(await root.InventoryAsync()));
    }

    [Fact]
    public async Task What_zypper_leaves_alone_is_known_with_the_reason()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("extra", "priority=120");
        root.Zypper("refresh");
        root.Zypper("addlock", "a-sec", "a-rec = 1.1-1");

        var inventory = await root.InventoryAsync();

        var held = inventory.Installed.Single(p => p.Name == "a-sec");
        Assert.True(held.IsHeld);
        Assert.Equal($"lock 'a-sec' in {root.Path}/etc/zypp/locks (zypper removelock lifts it)", held.PolicyNote);
        Assert.Equal(
            [new RefusedEdition("1.1-1", $"lock 'a-rec == 1.1-1' in {root.Path}/etc/zypp/locks")],
            inventory.Installed.Single(p => p.Name == "a-rec").RefusedEditions
        );
        var other = inventory.Installed.Single(p => p.Name == "v-other");
        Assert.Equal("SUSE LLC <https://www.suse.com/>", other.Vendor);
        Assert.Equal("1.0-1", other.CandidateEdition);
        Assert.Equal(
            $"a change of vendor from 'SUSE LLC <https://www.suse.com/>' to 'obs://build.opensuse.org/home:somebody' (solver.allowVendorChange in {root.Path}/etc/zypp/zypp.conf is off)",
            Assert.Single(other.RefusedEditions).Reason
        );

        // A patch needs it, and nothing that the better repository has will do.
        Assert.Null(Hidden(inventory, "p-both", "1.5-1"));
        Assert.Equal("no repository offers it any more", Hidden(inventory, "a-gone", "1.1-1"));
        Assert.Equal(
            "o-new 2.0-1 replaces it (obsoletes); a baseline does not follow replacements",
            inventory.Installed.Single(p => p.Name == "o-old").PolicyNote
        );
    }

    [Fact]
    public async Task A_zypper_that_holds_the_lock_does_not_keep_a_scan_from_seeing_everything()
    {
        using var root = universe.NewRoot();
        root.Zypper("refresh");
        var free = await root.InventoryAsync();
        using var holder = new LockHolder(root);

        var locked = await root.InventoryAsync();

        Assert.Equal(free.Installed.Select(p => p.ToString()), locked.Installed.Select(p => p.ToString()));
        Assert.Equal(Upgradable(free), Upgradable(locked));
    }

    [Fact]
    public async Task A_refresh_names_whoever_holds_the_lock_and_is_an_error()
    {
        using var root = universe.NewRoot();
        using var holder = new LockHolder(root);

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => root.InventoryAsync(refresh: true));

        Assert.Equal(PatchErrors.PackageManagerBusy, error.Error);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"process {holder.Process} (sleep 600"),
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("/run/zypp.pid", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_dead_process_left_in_the_lock_holds_nobody_up()
    {
        using var root = universe.NewRoot();
        root.Write("run/zypp.pid", "4194300\n");

        Assert.True((await root.InventoryAsync(refresh: true)).IsProven);
    }

    [Fact]
    public async Task A_database_that_rpm_cannot_read_is_an_error_and_no_empty_host()
    {
        using var root = universe.NewRoot();
        root.Zypper("refresh");
        foreach (var file in Directory.GetFiles(Path.Combine(root.Path, "var/lib/rpm")))
            File.WriteAllText(file, "damaged");

        var error = await Assert.ThrowsAnyAsync<PatchToolsException>(() => root.InventoryAsync());

        Assert.Contains(error.Error, new[] { PatchErrors.PackageManagerFailed, PatchErrors.PackageDatabaseUnreadable });
    }

    [Fact]
    public async Task A_refresh_confirms_every_repository_and_a_dead_one_is_named()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("extra");
        root.Repository("a/dead one", "name=A dead one\nbaseurl=dir:/nonexistent/rig");
        var observer = new RecordingObserver();

        var inventory = await root.InventoryAsync(refresh: true, observer);

        Assert.False(inventory.IsProven);
        var dead = inventory.Repositories.Single(r => r.Name == "a/dead one (A dead one)");
        Assert.Equal(RepositoryStatus.RefreshFailed, dead.Status);
        Assert.Equal("zypper refresh: there is no /nonexistent/rig in the image", dead.Message);
        Assert.All(inventory.Repositories.Where(r => r != dead), r => Assert.Equal(RepositoryStatus.Ok, r.Status));
        Assert.Contains("a-sec.x86_64 1.2-1", Upgradable(inventory));
    }

    [Fact]
    public async Task A_repository_that_was_there_yesterday_and_is_gone_now_keeps_what_it_proved()
    {
        using var root = universe.NewRoot();
        root.Zypper("refresh");
        root.Repository("base", "name=The base one\nbaseurl=dir:/nonexistent/rig");

        var inventory = await root.InventoryAsync(refresh: true);

        var gone = Assert.Single(inventory.Repositories);
        Assert.Equal(RepositoryStatus.RefreshFailed, gone.Status);
        Assert.True(gone.HasUsableMetadata);
        Assert.Contains("a-sec.x86_64 1.2-1", Upgradable(inventory));
    }

    [Fact]
    public async Task Metadata_that_nobody_fetched_proves_nothing_and_damage_neither()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("extra");

        var never = await root.InventoryAsync();

        Assert.False(never.IsProven);
        Assert.All(never.Repositories, r => Assert.Equal(RepositoryStatus.NeverFetched, r.Status));
        root.Zypper("refresh");
        var advisories = Directory
            .GetFiles(Path.Combine(root.Path, "var/cache/zypp/raw/base/repodata"), "*updateinfo*")
            .Single();
        File.Delete(advisories);

        var damaged = await root.InventoryAsync();

        Assert.False(damaged.IsProven);
        Assert.Equal([RepositoryStatus.Unreadable, RepositoryStatus.Ok], damaged.Repositories.Select(r => r.Status));
        Assert.Equal("its advisories are not on this host", damaged.Repositories[0].Message);
    }

    [Fact]
    public async Task Old_metadata_is_stale_and_says_what_to_run()
    {
        using var root = universe.NewRoot();
        root.Zypper("refresh");
        var raw = Path.Combine(root.Path, "var/cache/zypp/raw/base");

        // zypper links what lies on the same disk: the repository's own file is to keep its time.
        var contents = Path.Combine(raw, "repodata/repomd.xml");
        var bytes = File.ReadAllBytes(contents);
        File.Delete(contents);
        File.WriteAllBytes(contents, bytes);
        File.SetLastWriteTimeUtc(contents, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-9));
        Directory.SetLastWriteTimeUtc(
            Path.Combine(raw, "repodata"),
            TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-10)
        );

        // zypper writes there, too, when the repository does not answer.
        Directory.SetLastWriteTimeUtc(raw, TimeProvider.System.GetUtcNow().UtcDateTime);

        var stale = Assert.Single((await root.InventoryAsync()).Repositories);

        Assert.Equal(RepositoryStatus.Stale, stale.Status);
        Assert.EndsWith("9 days ago; run zypper refresh.", stale.Message, StringComparison.Ordinal);
        Assert.False(stale.HasUsableMetadata);
    }

    [Fact]
    public async Task A_repository_without_patches_is_said_to_tell_nothing()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("plain");
        root.Zypper("refresh");

        var inventory = await root.InventoryAsync();

        Assert.False(
            inventory.Repositories.Single(r => r.Name.StartsWith("plain", StringComparison.Ordinal)).HasAdvisories
        );
        Assert.Contains(
            "Cannot tell which packages of repository plain are security updates: it publishes no patches "
                + "(updateinfo).",
            inventory.Warnings
        );
    }

    [Fact]
    public async Task The_sources_of_a_baseline_stand_for_the_hosts_own_and_leave_them_alone()
    {
        using var root = universe.NewRoot();
        root.Hold(universe.RepositoryFolder("extra"));
        root.Zypper("refresh");
        var before = Directory
            .GetFiles(Path.Combine(root.Path, "etc/zypp"), "*", SearchOption.AllDirectories)
            .ToDictionary(f => f, File.ReadAllText);

        var inventory = await root.InventoryAsync(
            refresh: true,
            customSources: $"[own]\nname=own\ngpgcheck=0\nbaseurl=dir:{universe.RepositoryFolder("extra")}"
        );

        Assert.Equal("own", Assert.Single(inventory.Repositories).Name);
        Assert.Equal(RepositoryStatus.Ok, inventory.Repositories[0].Status);
        Assert.Equal(["p-both.x86_64 1.5-1", "p-extra.x86_64 1.1-1"], Upgradable(inventory));
        Assert.Equal(
            before,
            Directory
                .GetFiles(Path.Combine(root.Path, "etc/zypp"), "*", SearchOption.AllDirectories)
                .ToDictionary(f => f, File.ReadAllText)
        );
        Assert.Contains("a-sec.x86_64 1.2-1", Upgradable(await root.InventoryAsync()));
    }

    [Fact]
    public async Task A_product_that_gets_no_updates_any_more_is_named()
    {
        using var root = universe.NewRoot();
        root.Zypper("refresh");
        Assert.Equal(new DateOnly(2030, 12, 31), (await root.InventoryAsync()).OperatingSystem.SupportEnd);
        root.Product("2024-12-31");

        var inventory = await root.InventoryAsync();

        Assert.Equal(new DateOnly(2024, 12, 31), inventory.OperatingSystem.SupportEnd);
        Assert.Contains(
            ReleaseLifecycle.Cautions(inventory, inventory.CapturedAt),
            caution => caution.Contains("has had no updates since 2024-12-31", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task The_flag_of_needs_rebooting_and_a_newer_kernel_are_reasons_to_reboot()
    {
        using var root = universe.NewRoot();
        using var proc = new TemporaryDirectory();
        File.WriteAllText(proc.File("uptime"), "60.00 0.00\n");
        File.WriteAllText(proc.File("sys/kernel/osrelease"), "5.14.21-150500.55.44-default\n");
        Assert.Empty((await root.Manager(proc: proc.Path).GetRebootSignsAsync(CancellationToken.None)).Reasons);
        root.Write("run/reboot-needed", "");
        File.WriteAllText(proc.File("sys/kernel/osrelease"), "5.14.21-150500.55.39-default\n");

        var signs = await root.Manager(proc: proc.Path).GetRebootSignsAsync(CancellationToken.None);

        Assert.Equal([RebootSign.DistributionFlag, RebootSign.Kernel], signs.Reasons.Select(r => r.Sign));
        Assert.Equal(
            "kernel-default 5.14.21-150500.55.44.1 is installed and 5.14.21-150500.55.39-default runs",
            signs.Reasons[1].Text
        );
        Assert.Empty(signs.Unknown);
    }

    [Fact]
    public async Task An_exported_inventory_comes_back_with_all_that_zypper_adds()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("plain");
        root.Zypper("refresh");
        root.Zypper("addlock", "a-sec", "a-rec = 1.1-1");
        var inventory = await root.InventoryAsync();
        using var file = new MemoryStream();

        await InventoryFile.WriteAsync(inventory, file, CancellationToken.None);
        file.Position = 0;
        var copy = await InventoryFile.ReadAsync(file, CancellationToken.None);

        Assert.Equal(PackageFamily.Zypper, copy.Family);
        Assert.Equal(inventory.Repositories, copy.Repositories);
        Assert.Equal(inventory.Installed.Select(Line), copy.Installed.Select(Line));
        Assert.Equal(Lines(inventory), Lines(copy));

        static string Line(InstalledPackage package) =>
            $"{package with { RefusedEditions = [] }} {string.Join(';', package.RefusedEditions)}";

        static IEnumerable<string> Lines(HostInventory inventory) =>
            inventory
                .Packages.SelectMany(p => p.Versions.ToList())
                .Select(v =>
                    $"{v} {v.BuildTime} {v.IsInstalled} "
                    + $"{string.Join(';', v.Origins.Select(o => $"{o.Archive} {o.Vendor} {o.HiddenBecause}"))} "
                    + string.Join(';', v.Advisories.Select(a => $"{a.Id} {a.RebootSuggested} {a.RestartSuggested}"))
                );
    }

    private static void Apply(ZypperRoot root, string setting)
    {
        if (setting is not ("plain" or "vendors" or "vendor changes allowed"))
            root.OwnRepository(
                "extra",
                setting switch
                {
                    "priorities" => "priority=90",
                    "equal priorities" => "priority=99",
                    "disabled repository" => "enabled=0",
                    _ => "",
                }
            );
        if (setting == "vendors")
            root.Write(
                "etc/zypp/vendors.d/own.conf",
                "[main]\nvendors = suse,obs://build.opensuse.org/home:somebody\n"
            );
        if (setting == "vendor changes allowed")
            root.Write("etc/zypp/zypp.conf", "[main]\nsolver.allowVendorChange = true\n");
    }

    /// <summary>The newest version of each package that zypper would take by itself.</summary>
    private static IEnumerable<string> Upgradable(HostInventory inventory) =>
        inventory
            .Packages.Where(p => p.Installed is { IsHeld: false })
            .SelectMany(p =>
            {
                var newest = p
                    .Versions.ToList()
                    .Where(v =>
                        v.Origins.ToList().Any(o => o.IsOffer)
                        && p.Installed!.RefusedEditions.All(r =>
                            r.Edition != v.Edition || r.Reason.Contains("on patch", StringComparison.Ordinal)
                        )
                    )
                    .Select(v => v.Edition)
                    .Append("")
                    .Max(RpmVersion.Order)!;
                return RpmVersion.Order.Compare(newest, p.Installed!.Edition) > 0
                    ? (string[])[$"{p.Name}.{p.Architecture} {newest}"]
                    : [];
            })
            .Order(StringComparer.Ordinal);

    /// <summary>
    /// Patches that name a newer version of something installed, as zypper judges them: whether anybody still offers it
    /// does not count, and one change of vendor that it would take makes zypper pass over the whole patch.
    /// </summary>
    private static IEnumerable<string> NeededPatches(HostInventory inventory) =>
        Newer(inventory, refused: false)
            .ExceptBy(Newer(inventory, refused: true).Select(a => a.Id), a => a.Id)
            .Select(a =>
                string.Join(
                    ' ',
                    a.Id,
                    a.Classification.ToLowerInvariant(),
                    a.Severity.ToLowerInvariant(),
                    a.RestartSuggested ? "true" : "false",
                    a.RebootSuggested ? "true" : "false",
                    a.Date?.ToString("s", CultureInfo.InvariantCulture),
                    string.Join(',', a.CveIds.Concat(a.BugzillaIds))
                )
            )
            .Order(StringComparer.Ordinal);

    private static IEnumerable<Advisory> Newer(HostInventory inventory, bool refused) =>
        inventory
            .Packages.Where(p => p.Installed is not null)
            .SelectMany(p =>
                p.Versions.ToList()
                    .Where(v =>
                        RpmVersion.Order.Compare(v.Edition, p.Installed!.Edition) > 0
                        && (!refused || p.Installed!.RefusedEditions.Any(r => r.Edition == v.Edition))
                    )
                    .SelectMany(v => v.Advisories)
            )
            .DistinctBy(a => a.Id);

    private static string? Hidden(HostInventory inventory, string name, string edition) =>
        inventory
            .Packages.Where(p => p.Name == name)
            .SelectMany(p => p.Versions.ToList())
            .Where(v => v.Edition == edition)
            .SelectMany(v => v.Origins.ToList())
            .Select(o => o.HiddenBecause)
            .FirstOrDefault(h => h is not null);

    /// <summary>A process that stands in zypper's lock.</summary>
    private sealed class LockHolder : IDisposable
    {
        private readonly System.Diagnostics.Process _process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("sleep", ["600"])
        )!;

        public LockHolder(ZypperRoot root) =>
            root.Write("run/zypp.pid", string.Create(CultureInfo.InvariantCulture, $"{_process.Id}\n"));

        public int Process => _process.Id;

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
