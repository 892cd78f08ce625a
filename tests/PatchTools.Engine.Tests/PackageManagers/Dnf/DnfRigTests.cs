using PatchTools.Families.Shared;
using PatchTools.Inventories;
using PatchTools.Testing;
using PatchTools.Versions;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>The real dnf and PatchTools look at one root: they must see the same.</summary>
[Collection(RpmUniverseTests.Name)]
public sealed class DnfRigTests(RpmUniverse universe)
{
    public static TheoryData<string> Settings =>
        [
            "plain",
            "exclude",
            "exclude by glob",
            "exclude a form",
            "repository excludes",
            "includepkgs",
            "repository includes",
            "includes of both",
            "quoted excludes",
            "a section twice",
            "disabled excludes",
            "priorities",
            "equal priorities",
            "cost",
            "second stream",
            "no stream",
            "disabled module",
            "hotfixes",
            "disabled repository",
        ];

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task The_upgradable_and_the_security_set_are_those_of_dnf(string setting)
    {
        using var root = universe.NewRoot();
        Apply(root, setting);
        root.Dnf("makecache");

        var inventory = await root.InventoryAsync();

        Assert.All(inventory.Repositories, r => Assert.Equal(RepositoryStatus.Ok, r.Status));
        Assert.Equal(root.DnfUpgrades(), Upgradable(inventory));

        // What main excludes name is hidden from the tool where it is installed, too.
        var isWhole =
            setting is "exclude" or "exclude by glob" or "includepkgs" or "includes of both" or "quoted excludes";
        Assert.Equal(
            root.DnfSecurity(),
            Security(
                inventory,
                p =>
                    isWhole
                    && p.Versions.ToList()
                        .SelectMany(v => v.Origins)
                        .Any(o => o.HiddenBecause?.EndsWith("dnf.conf", StringComparison.Ordinal) ?? false)
            )
        );
    }

    [Theory]
    [InlineData("a-sec-0:1.1-1.*", "kernel-0:5.14.0-2.*", "a-plain-0:1.0-1.*")]
    [InlineData("!a-sec-0:1.2-1.*", "!a-bug-*")]
    [InlineData("a-plain-*", "p-both", "a-noarch.noarch", "!a-epoch-1:1.0-1.x86_64")]
    public async Task Version_locks_leave_the_updates_that_dnf_leaves(params string[] locks)
    {
        using var root = universe.NewRoot();
        root.OwnRepository("extra");
        root.Lock(locks);
        root.Dnf("makecache");

        Assert.Equal(root.DnfCheckUpdate(), Upgradable(await root.InventoryAsync()));
    }

    [Fact]
    public async Task What_dnf_does_not_see_is_known_with_the_reason()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("extra");
        root.Configure("excludepkgs=a-bug");
        root.Repository("base", $"baseurl=file://{universe.RepositoryFolder("base")}\npriority=10");
        root.Lock("a-sec-0:1.1-1.*", "a-plain-more-0:1.0-1.*");
        root.Dnf("makecache");

        var inventory = await root.InventoryAsync();

        Assert.Equal($"excluded by 'a-bug' in {root.Path}/etc/dnf/dnf.conf", Hidden(inventory, "a-bug", "1.1-1"));
        Assert.Equal(
            $"locked to 'a-sec-0:1.1-1.*' in {root.Path}/{root.Path}/etc/dnf/plugins/versionlock.list".Replace(
                "//",
                "/",
                StringComparison.Ordinal
            ),
            Hidden(inventory, "a-sec", "1.2-1")!.Replace("//", "/", StringComparison.Ordinal)
        );
        Assert.Equal("base has priority 10, extra 99", Hidden(inventory, "p-both", "1.5-1"));
        Assert.Equal("module stream tool:2 is not enabled", Hidden(inventory, "m-tool", "2.0-1"));
        Assert.Equal("an enabled module stream has it instead", Hidden(inventory, "m-tool", "3.0-1"));
        Assert.Equal("no repository offers it any more", Hidden(inventory, "a-gone", "1.1-1"));
        Assert.True(inventory.Installed.Single(p => p.Name == "a-plain-more").IsHeld);

        // 1.0 is installed: the lock asks for the newer 1.1, which dnf takes.
        Assert.False(inventory.Installed.Single(p => p.Name == "a-sec").IsHeld);
        Assert.Equal(
            "o-new 2.0-1 replaces it (obsoletes); a baseline does not follow replacements",
            inventory.Installed.Single(p => p.Name == "o-old").PolicyNote
        );
    }

    /// <summary>Debian's rpm requires a shell of every package with a script; this universe has none.</summary>
    [Fact]
    public async Task Unmet_requirements_and_conflicts_are_named_as_dnf_check_names_them()
    {
        using var root = universe.NewRoot();
        Assert.Empty((await root.InventoryAsync()).Cautions);
        Assert.Equal("", root.DnfCheck());
        root.Install("d-app-2.0-1", "c-app-1.1-1", "d-unmet-2.0-1");

        var caution = Assert.Single((await root.InventoryAsync()).Cautions);

        Assert.Equal(
            "c-app-1.1-1.x86_64 conflicts with a-plain, d-app-2.0-1.x86_64 needs d-lib >= 2, "
                + "d-unmet-2.0-1.x86_64 needs not-anywhere",
            caution.Split(": ")[1].Split(';')[0]
        );
        var theirs = root.DnfCheck();
        Assert.Contains("c-app-1.1-1.x86_64 has installed conflict \"a-plain\"", theirs, StringComparison.Ordinal);
        Assert.Contains("d-app-2.0-1.x86_64 has missing requires of d-lib >= 2", theirs, StringComparison.Ordinal);
        Assert.Contains("d-unmet-2.0-1.x86_64 has missing requires of not-anywhere", theirs, StringComparison.Ordinal);
        Assert.Equal(3, theirs.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Several_installed_kernels_are_all_known_and_the_newest_speaks()
    {
        using var root = universe.NewRoot();
        root.Dnf("makecache");

        var inventory = await root.InventoryAsync();

        Assert.Equal(
            ["5.14.0-1", "5.14.0-2"],
            inventory.Installed.Where(p => p.Name == "kernel").Select(p => p.Edition).Order(StringComparer.Ordinal)
        );
        Assert.Equal("5.14.0-2", inventory.Packages.Single(p => p.Name == "kernel").Installed!.Edition);
    }

    [Fact]
    public async Task An_exported_inventory_comes_back_with_all_that_the_rpm_world_adds()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("plain");
        root.Configure("excludepkgs=a-bug");
        root.Write("etc/os-release", "ID=amzn\nVERSION_ID=\"2023\"\nPLATFORM_ID=\"platform:el9\"\n");
        root.Write("etc/dnf/vars/releasever", "9\n");
        root.Dnf("makecache");
        var inventory = await root.InventoryAsync();
        using var file = new MemoryStream();

        await InventoryFile.WriteAsync(inventory, file, CancellationToken.None);
        file.Position = 0;
        var copy = await InventoryFile.ReadAsync(file, CancellationToken.None);

        Assert.Equal(
            ["dnf is locked to release 9; updates of later releases are not visible (releasever=latest shows them)"],
            copy.HostPolicy
        );
        Assert.Equal(inventory.Repositories, copy.Repositories);
        Assert.Equal(inventory.Installed, copy.Installed);
        Assert.Equal(Lines(inventory), Lines(copy));

        static IEnumerable<string> Lines(HostInventory inventory) =>
            inventory
                .Packages.SelectMany(p => p.Versions.ToList())
                .Select(v =>
                    $"{v} {v.BuildTime} {v.IsInstalled} "
                    + $"{string.Join(';', v.Origins.Select(o => $"{o.Archive} {o.HiddenBecause}"))} "
                    + $"{string.Join(';', v.Advisories.Select(a => a.Id))}"
                );
    }

    [Fact]
    public async Task The_rules_of_needs_restarting_name_core_packages_and_a_newer_kernel()
    {
        using var root = universe.NewRoot();
        using var proc = new TemporaryDirectory();
        File.WriteAllText(proc.File("uptime"), "60.00 0.00\n");
        File.WriteAllText(proc.File("sys/kernel/osrelease"), "5.14.0-1.x86_64\n");

        var signs = await root.Manager(proc: proc.Path).GetRebootSignsAsync(CancellationToken.None);

        // The rig's packages carry install times of January 2026, long before the last minute.
        Assert.Equal(
            ["kernel 5.14.0-2.x86_64 is installed and 5.14.0-1.x86_64 runs"],
            signs.Reasons.Select(r => r.Text)
        );
        Assert.Empty(signs.Unknown);
        var uptime = TimeProvider.System.GetUtcNow() - new DateTimeOffset(2025, 12, 31, 0, 0, 0, TimeSpan.Zero);
        File.WriteAllText(
            proc.File("uptime"),
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{uptime.TotalSeconds:F2} 0.00\n")
        );
        root.Write("etc/dnf/plugins/needs-restarting.d/own.conf", "a-sec\n");

        signs = await root.Manager(proc: proc.Path).GetRebootSignsAsync(CancellationToken.None);

        Assert.Equal(["a-sec", "kernel"], signs.Reasons[0].Packages);
    }

    [Fact]
    public async Task A_refresh_confirms_every_repository_and_a_dead_one_is_named()
    {
        Rig.NeedsRoot();
        using var root = universe.NewRoot();
        root.OwnRepository("extra");
        root.Repository("a-dead", "baseurl=http://127.0.0.1:1/rig");

        var inventory = await root.InventoryAsync(refresh: true);

        Assert.False(inventory.IsProven);
        var dead = inventory.Repositories.Single(r => r.Name == "a-dead");
        Assert.Equal(RepositoryStatus.RefreshFailed, dead.Status);
        Assert.Contains("Couldn't", dead.Message, StringComparison.Ordinal);
        Assert.All(
            inventory.Repositories.Where(r => r.Name != "a-dead"),
            r => Assert.Equal(RepositoryStatus.Ok, r.Status)
        );
        Assert.Contains("a-sec.x86_64 1.2-1", Upgradable(inventory));
    }

    [Fact]
    public async Task A_dead_repository_that_the_host_marks_dispensable_only_warns()
    {
        Rig.NeedsRoot();
        using var root = universe.NewRoot();
        root.Repository("a-dead", "baseurl=file:///nonexistent/rig\nskip_if_unavailable=1");

        var inventory = await root.InventoryAsync(refresh: true);

        Assert.True(inventory.IsProven);
        Assert.Equal(RepositoryStatus.RefreshFailed, inventory.Repositories.Single(r => r.Name == "a-dead").Status);
    }

    [Fact]
    public async Task A_repository_that_died_since_its_last_refresh_keeps_what_it_had_until_that_is_too_old()
    {
        Rig.NeedsRoot();
        using var root = universe.NewRoot();
        var copy = Path.Combine(root.Path, "copy");
        RpmUniverse.Run("cp", "-r", universe.RepositoryFolder("plain"), copy);
        root.Repository("plain", $"baseurl=file://{copy}");
        await root.InventoryAsync(refresh: true);
        Directory.Delete(copy, recursive: true);

        var inventory = await root.InventoryAsync(refresh: true);

        Assert.True(inventory.IsProven);
        Assert.Equal(RepositoryStatus.RefreshFailed, inventory.Repositories.Single(r => r.Name == "plain").Status);
        Assert.Contains("n-tool.x86_64 1.1-1", Upgradable(inventory));
    }

    [Fact]
    public async Task A_repository_without_advisories_is_said_to_tell_nothing()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("plain");
        root.Dnf("makecache");

        var inventory = await root.InventoryAsync();

        Assert.Equal(false, inventory.Repositories.Single(r => r.Name == "plain").HasAdvisories);
        Assert.Equal(true, inventory.Repositories.Single(r => r.Name == "base").HasAdvisories);
        Assert.Equal(
            "Cannot tell which packages of repository plain are security updates: it publishes no advisories "
                + "(updateinfo).",
            Assert.Single(inventory.Warnings, w => w.Contains("plain", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Metadata_that_nobody_fetched_proves_nothing_and_damage_neither()
    {
        using var root = universe.NewRoot();

        var inventory = await root.InventoryAsync();

        Assert.Equal(RepositoryStatus.NeverFetched, Assert.Single(inventory.Repositories).Status);
        Assert.False(inventory.IsProven);
        root.Dnf("makecache");
        var primary = Directory
            .GetFiles(Path.Combine(root.Path, "var/cache/dnf"), "*primary.xml.gz", SearchOption.AllDirectories)
            .Single();
        var bytes = File.ReadAllBytes(primary);
        File.WriteAllBytes(primary, bytes[..(bytes.Length / 2)]);

        inventory = await root.InventoryAsync();

        Assert.Equal(RepositoryStatus.Damaged, Assert.Single(inventory.Repositories).Status);
        Assert.False(inventory.IsProven);
    }

    [Fact]
    public async Task Old_metadata_is_stale()
    {
        using var root = universe.NewRoot();
        root.Dnf("makecache");
        File.SetLastWriteTimeUtc(
            Directory
                .GetFiles(Path.Combine(root.Path, "var/cache/dnf"), "*primary.xml.gz", SearchOption.AllDirectories)
                .Single(),
            TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-9)
        );

        var inventory = await root.InventoryAsync();

        Assert.Equal(RepositoryStatus.Stale, Assert.Single(inventory.Repositories).Status);
        Assert.False(inventory.IsProven);
    }

    private void Apply(RpmRoot root, string setting)
    {
        var (main, own) = ("", "");
        switch (setting)
        {
            case "exclude":
                main = "excludepkgs=a-sec, a-bug";
                break;
            case "exclude by glob":
                // As dnf reads it, a-plain itself is not meant: some name fits as a name.
                main = "exclude=a-plain-* kern*";
                break;
            case "exclude a form":
                main = "excludepkgs=a-sec-1.2-1 a-noarch.noarch a-epoch-1:1.0-1.x86_64";
                break;
            case "repository excludes":
                own = "excludepkgs=a-sec";
                root.OwnRepository("extra", "excludepkgs=a-bug p-extra");
                break;
            case "includepkgs":
                main = "includepkgs=a-sec p-*";
                break;
            case "repository includes":
                own = "includepkgs=a-sec";
                root.OwnRepository("extra");
                break;
            case "includes of both":
                main = "includepkgs=a-sec";
                own = "includepkgs=p-* a-bug";
                root.OwnRepository("extra");
                break;
            case "quoted excludes":
                main = "exclude=\"a-sec, a-bug\"";
                break;
            case "a section twice":
                own = "enabled=0\n[base]\nenabled=1";
                break;
            case "disabled excludes":
                main = "excludepkgs=a-sec\ndisable_excludes=main";
                break;
            case "priorities":
                own = "priority=10";
                root.OwnRepository("extra");
                break;
            case "equal priorities":
                root.OwnRepository("extra");
                break;
            case "cost":
                own = "cost=2000";
                root.OwnRepository("extra", "cost=1");
                break;
            case "second stream":
                root.Module("tool", "2", "enabled");
                break;
            case "no stream":
                root.Module("tool", "", "");
                break;
            case "disabled module":
                root.Module("tool", "", "disabled");
                break;
            case "hotfixes":
                own = "module_hotfixes=1";
                break;
            case "disabled repository":
                root.OwnRepository("extra", "enabled=0");
                break;
            default:
                root.OwnRepository("plain");
                break;
        }

        root.Configure(main);
        if (own.Length > 0)
            root.Repository("base", $"baseurl=file://{universe.RepositoryFolder("base")}\n{own}");
    }

    /// <summary>
    /// The newest offered version of each installed package that is newer, as <c>name.arch edition</c>.
    /// </summary>
    internal static IEnumerable<string> Upgradable(HostInventory inventory) =>
        inventory
            .Packages.Where(p => p.IsInstalled)
            .Select(p =>
                (
                    Package: p,
                    Newest: p.Versions.ToList()
                        .Where(v => v.Origins.Any(o => o.IsOffer))
                        .Select(v => v.Edition)
                        .Max(RpmVersion.Order)
                )
            )
            .Where(p => p.Newest is not null && RpmVersion.Order.Compare(p.Newest, p.Package.Installed!.Edition) > 0)
            .Select(p => $"{p.Package.Name}.{p.Package.Architecture} {p.Newest}")
            .Order(StringComparer.Ordinal);

    /// <summary>
    /// Advisories on versions newer than the installed ones: dnf names those too that it would not install.
    /// </summary>
    internal static IEnumerable<string> Security(HostInventory inventory, Func<PackageEntry, bool> isExcluded) =>
        inventory
            .Packages.Where(p => p.IsInstalled && !isExcluded(p))
            .SelectMany(p =>
                p.Versions.ToList()
                    .Where(v => RpmVersion.Order.Compare(v.Edition, p.Installed!.Edition) > 0)
                    .SelectMany(v =>
                        v.Advisories.Where(a => a.Classification == "security")
                            .Select(a => $"{a.Id} {p.Name}-{v.Edition}.{p.Architecture}")
                    )
            )
            .Order(StringComparer.Ordinal);

    private static string? Hidden(HostInventory inventory, string name, string edition) =>
        inventory
            .Packages.Single(p => p.Name == name)
            .Versions.ToList()
            .Single(v => v.Edition == edition)
            .Origins.Single(o => o.HiddenBecause is not null)
            .HiddenBecause;
}
