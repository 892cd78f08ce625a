using PatchTools.Versions;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// What Include and Exclude of a source (apt 3.1) leave out, and what apt would not choose by itself.
/// </summary>
public sealed class AptFilterTests
{
    [Theory]
    [InlineData("Include: foo", "foo")]
    [InlineData("Include: foo,baz", "foo baz")]
    [InlineData("Exclude: foo bar", "baz")]
    [InlineData("Exclude: foo , baz", "bar")]
    [InlineData("Exclude:\n foo\n bar", "baz")]
    [InlineData("Include: nothing-here", "")]
    [InlineData("Exclude: FOO fo", "foo bar baz")]
    public async Task A_source_offers_only_the_packages_that_it_does_not_leave_out(string field, string offered)
    {
        using var root = Root(
            $"Types: deb\nURIs: file:REPO\nSuites: stable\nComponents: main\nTrusted: yes\n{field}\n"
        );

        var inventory = await root.ReadAsync();

        Assert.Equal(offered, string.Join(' ', Upgradable(inventory)));
        Assert.All(
            inventory.Packages.Where(p => p.Installed is { } i && i.CandidateEdition == i.Edition),
            p => Assert.Contains(p.Versions, v => v.Edition == "1.1" && v.Origins.All(o => o.HiddenBecause is not null))
        );
        Assert.All(inventory.Repositories, r => Assert.Equal(RepositoryStatus.Ok, r.Status));
    }

    [Fact]
    public async Task The_options_of_a_line_filter_as_the_fields_of_a_paragraph_do()
    {
        using var root = Root("");
        root.Write(
            "etc/apt/sources.list",
            $"deb [trusted=yes exclude=foo,bar] file:{root.Repositories}/repo stable main\n"
        );

        Assert.Equal(["baz"], Upgradable(await root.ReadAsync()));
    }

    [Fact]
    public async Task A_package_that_another_source_offers_is_still_offered()
    {
        using var root = Root(
            "Types: deb\nURIs: file:REPO\nSuites: stable\nComponents: main\nTrusted: yes\nExclude: foo\n"
        );
        root.MakeSuite("other", "stable", ["Suite=stable"], ("main/binary-amd64", AptRoot.Stanza("foo", "1.1")));
        root.Write("etc/apt/sources.list", $"deb [trusted=yes] file:{root.Repositories}/other stable main\n");
        root.Update();

        Assert.Equal(["bar", "baz", "foo"], Upgradable(await root.ReadAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Both_fields_at_once_are_refused_as_apt_refuses_them()
    {
        using var root = Root(
            "Types: deb\nURIs: file:REPO\nSuites: stable\nComponents: main\nTrusted: yes\nInclude: foo\nExclude: foo\n"
        );

        var refused = Assert.Single((await root.ReadAsync()).Repositories, r => !r.HasUsableMetadata);

        Assert.Equal(RepositoryStatus.Unreadable, refused.Status);
        Assert.Contains("both Include and Exclude are given", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_apt_before_3_1_reads_over_the_fields_and_that_is_a_warning()
    {
        using var root = Root(
            "Types: deb\nURIs: file:REPO\nSuites: stable\nComponents: main\nTrusted: yes\nInclude: foo\nExclude: bar\n",
            AptRoot.Installed("apt", "2.6.1")
        );

        var inventory = await root.ReadAsync();

        Assert.Equal(["foo", "bar", "baz"], Upgradable(inventory));
        Assert.All(inventory.Repositories, r => Assert.Equal(RepositoryStatus.Ok, r.Status));
    }

    [Fact]
    public async Task An_old_apt_is_named_where_a_field_has_no_effect()
    {
        using var root = Root(
            "Types: deb\nURIs: file:REPO\nSuites: stable\nComponents: main\nTrusted: yes\nExclude: bar\n",
            AptRoot.Installed("apt", "2.6.1")
        );

        Assert.Contains(
            "Include and Exclude in apt's sources have no effect: apt 2.6.1 does not know them.",
            (await root.ReadAsync()).Warnings
        );
    }

    [Fact]
    public async Task What_apt_would_not_choose_by_itself_carries_the_reason()
    {
        using var root = new AptRoot("amd64");
        Suite(root, "stable", "1.0");
        Suite(root, "backports", "1.1", "NotAutomatic=yes", "ButAutomaticUpgrades=yes");
        Suite(root, "experimental", "1.2", "NotAutomatic=yes");
        Suite(root, "vendor", "1.3");
        root.Write("etc/apt/preferences", "Package: tool\nPin: release a=vendor\nPin-Priority: -1\n");
        root.Write("var/lib/dpkg/status", AptRoot.Installed("tool", "1.0"));
        root.Update();

        var tool = Assert.Single((await root.ReadAsync()).Installed);

        Assert.Equal("1.0", tool.CandidateEdition);
        Assert.Equal(
            [
                "1.1: its archive is NotAutomatic with ButAutomaticUpgrades, priority 100",
                "1.2: its archive is NotAutomatic, priority 1",
                $"1.3: pin -1 for tool in {root.Root}/etc/apt/preferences:1",
            ],
            tool.UnchosenEditions.Select(u => $"{u.Edition}: {u.Reason}").Order(StringComparer.Ordinal)
        );
        Assert.Equal(["1.3"], tool.RefusedEditions.Select(r => r.Edition));
    }

    private static void Suite(AptRoot root, string suite, string version, params string[] release)
    {
        root.MakeSuite(
            suite,
            suite,
            [$"Suite={suite}", .. release],
            ("main/binary-amd64", AptRoot.Stanza("tool", version))
        );
        File.AppendAllText(
            Path.Combine(root.Root, "etc/apt/sources.list"),
            $"deb [trusted=yes] file:{root.Repositories}/{suite} {suite} main\n"
        );
    }

    /// <summary>foo, bar and baz are installed at 1.0 and offered at 1.1.</summary>
    private static AptRoot Root(string sources, string more = "")
    {
        var root = new AptRoot("amd64");
        string[] names = ["foo", "bar", "baz"];
        root.MakeSuite(
            "repo",
            "stable",
            ["Suite=stable"],
            ("main/binary-amd64", string.Concat(names.Select(name => AptRoot.Stanza(name, "1.1"))))
        );
        root.Write("var/lib/dpkg/status", string.Concat(names.Select(name => AptRoot.Installed(name, "1.0"))) + more);
        root.Write("etc/apt/sources.list", $"deb [trusted=yes] file:{root.Repositories}/repo stable main\n");
        root.Update();
        if (sources.Length == 0)
            return root;
        root.Write("etc/apt/sources.list", "");
        root.Write(
            "etc/apt/sources.list.d/repo.sources",
            sources.Replace("REPO", $"{root.Repositories}/repo", StringComparison.Ordinal)
        );
        return root;
    }

    private static IEnumerable<string> Upgradable(HostInventory inventory) =>
        inventory
            .Installed.Where(p =>
                p.CandidateEdition is { } candidate && DebianVersion.Order.Compare(candidate, p.Edition) > 0
            )
            .Select(p => p.Name);
}
