using System.Text;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Dnf.Refresh;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

public sealed class DnfConfigurationTests
{
    [Fact]
    public void Options_go_on_over_indented_lines_and_comments_are_passed_over()
    {
        var section = Assert.Single(
            IniFile.Parse(
                "# c\n[base]\nbaseurl = https://a.example/\n  https://b.example/\n# c\nenabled = yes\nexcludepkgs=a, b\n\tc\n; c\nname=x=y\n"
            )
        );

        Assert.Equal(("base", "x=y", true), (section.Name, section["name"], section.Flag("enabled")));
        Assert.Equal(["https://a.example/", "https://b.example/"], section.List("baseurl"));
        Assert.Equal(["a", "b", "c"], section.List("excludepkgs"));
    }

    [Fact]
    public void A_section_that_comes_again_goes_on_and_blanks_are_of_its_name()
    {
        var sections = IniFile.Parse("[base]\nenabled=0\nname=b\n[ main ]\nexclude=x\n[base]\nenabled=1\n");

        Assert.Equal(["base", " main "], sections.Select(s => s.Name));
        Assert.Equal(("b", true), (sections[0]["name"], sections[0].Flag("enabled")));
    }

    [Theory]
    [InlineData("dnf", "foo")]
    [InlineData("yum", "'foo'")]
    public void Quotes_around_a_whole_value_are_none_of_it_for_dnf(string tool, string excluded)
    {
        using var root = new TemporaryDirectory();
        var main = tool == "dnf" ? "etc/dnf/dnf.conf" : "etc/yum.conf";
        File.WriteAllText(root.File(main), "[main]\nexclude='foo'\n");
        File.WriteAllText(root.File("etc/yum.repos.d/a.repo"), "[a]\nbaseurl=\"https://a.example/\"\n");

        var read = DnfConfiguration.Read(
            root.Path,
            tool == "dnf" ? DnfTool.Dnf4 : DnfTool.Yum3,
            "x86_64",
            "9",
            null,
            []
        );

        Assert.Equal([excluded], read.Excludes);
        Assert.Equal(
            tool == "dnf" ? "https://a.example/" : "\"https://a.example/\"",
            Assert.Single(read.Repositories).Source
        );
    }

    [Theory]
    [InlineData("https://cdn.example/$releasever/${basearch}/os", "https://cdn.example/9.4/x86_64/os")]
    [InlineData("$releasever_major-${releasever_minor}", "9-4")]
    [InlineData("${region:-us-east-1}/${set:-x}", "us-east-1/y")]
    [InlineData("a${set:+.dual}b${region:+.dual}c", "a.dualbc")]
    [InlineData("$unknown/${unknown}/$/cost$", "$unknown/${unknown}/$/cost$")]
    public void Variables_are_replaced_and_unknown_ones_stay(string text, string resolved) =>
        Assert.Equal(
            resolved,
            new DnfVariables(
                new Dictionary<string, string>
                {
                    ["releasever"] = "9.4",
                    ["basearch"] = "x86_64",
                    ["set"] = "y",
                }
            ).Resolve(text)
        );

    [Fact]
    public void Enabled_repositories_come_with_their_options_in_the_order_of_the_files()
    {
        using var root = new TemporaryDirectory();
        File.WriteAllText(
            root.File("etc/dnf/dnf.conf"),
            "[main]\ngpgcheck=1\nskip_if_unavailable=True\nexcludepkgs=kernel*\n"
        );
        File.WriteAllText(root.File("etc/dnf/vars/region"), "eu-west-1\nignored\n");
        File.WriteAllText(
            root.File("etc/yum.repos.d/b.repo"),
            "[b]\nbaseurl=https://b.example/$region\npriority=5\ncost=1\nmodule_hotfixes=1\nskip_if_unavailable=0\ngpgcheck=0\nincludepkgs=x\n[off]\nenabled=0\nbaseurl=x\n"
        );
        File.WriteAllText(
            root.File("etc/yum.repos.d/a.repo"),
            "[a]\nname=A $releasever\nmetalink=https://m.example/?repo=a-$releasever&arch=$basearch\nmirrorlist=https://never.example\n[b]\nbaseurl=again\n"
        );
        File.WriteAllText(root.File("etc/yum.repos.d/not.a.repository"), "[c]\nbaseurl=x\n");
        List<string> warnings = [];

        var configuration = DnfConfiguration.Read(root.Path, DnfTool.Dnf4, "x86_64", "9", null, warnings);

        Assert.Equal(["a", "b"], configuration.Repositories.Select(r => r.Id));
        var (a, b) = (configuration.Repositories[0], configuration.Repositories[1]);
        Assert.Equal(
            ("A 9", "https://m.example/?repo=a-9&arch=x86_64", 99, 1000, false, true, true),
            (a.Name, a.Source, a.Priority, a.Cost, a.ModuleHotfixes, a.SkipIfUnavailable, a.Trusted)
        );
        Assert.Equal("again", b.Source);
        Assert.Contains("b.repo", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(["kernel*"], configuration.Excludes);
        Assert.Equal("/var/cache/dnf", configuration.CacheDirectory);
    }

    [Fact]
    public void Dnf5_reads_drop_ins_and_overrides_too()
    {
        using var root = new TemporaryDirectory();
        File.WriteAllText(
            root.File("usr/share/dnf5/libdnf.conf.d/20-fedora.conf"),
            "[main]\nskip_if_unavailable=1\nbest=0\n"
        );
        File.WriteAllText(root.File("etc/dnf/dnf.conf"), "[main]\nskip_if_unavailable=0\n");
        File.WriteAllText(
            root.File("etc/yum.repos.d/a.repo"),
            "[updates]\nbaseurl=https://a.example/\n[updates-testing]\nbaseurl=https://t.example/\nenabled=0\n"
        );
        File.WriteAllText(root.File("etc/dnf/repos.override.d/99-config_manager.repo"), "[*-testing]\nenabled=1\n");

        var configuration = DnfConfiguration.Read(root.Path, DnfTool.Dnf5, "x86_64", "41", null, []);

        Assert.Equal(["updates", "updates-testing"], configuration.Repositories.Select(r => r.Id));
        Assert.False(configuration.Repositories[0].SkipIfUnavailable);
        Assert.Equal("/var/cache/libdnf5", configuration.CacheDirectory);
    }

    [Fact]
    public void Yum_obeys_priorities_only_with_its_plugin()
    {
        using var root = new TemporaryDirectory();
        File.WriteAllText(root.File("etc/yum.conf"), "[main]\ncachedir=/var/cache/yum/$basearch/$releasever\n");
        File.WriteAllText(
            root.File("etc/yum.repos.d/amzn2.repo"),
            "[amzn2-core]\nmirrorlist=http://m.example/$releasever\npriority=10\n"
        );

        Assert.Equal(99, Read().Repositories[0].Priority);
        File.WriteAllText(root.File("etc/yum/pluginconf.d/priorities.conf"), "[main]\nenabled = 1\n");
        var configuration = Read();
        Assert.Equal(10, configuration.Repositories[0].Priority);
        Assert.Equal("/var/cache/yum/x86_64/2", configuration.CacheDirectory);
        Assert.Equal("amzn2-core", configuration.Repositories[0].CacheName(DnfTool.Yum3));

        DnfConfiguration Read() => DnfConfiguration.Read(root.Path, DnfTool.Yum3, "x86_64", "2", null, []);
    }

    [Theory]
    [InlineData("kernel*", "kernel-core", true)]
    [InlineData("kernel", "kernel-core", false)]
    [InlineData("kernel.x86_64", "kernel", true)]
    [InlineData("kernel.noarch", "kernel", false)]
    [InlineData("kernel-5.14.0", "kernel", true)]
    [InlineData("kernel-1:5.14.0-70", "kernel", true)]
    [InlineData("kernel-2:5.14.0-70", "kernel", false)]
    [InlineData("kernel-1:5.14.0-70.x86_64", "kernel", true)]
    [InlineData("kernel-5.14.0-7?.*", "kernel", true)]
    [InlineData("KERNEL", "kernel", false)]
    public void Package_expressions_match_in_any_of_dnfs_forms(string expression, string name, bool matches) =>
        Assert.Equal(
            matches,
            PackageSpec
                .Parse(expression)
                .Forms.Any(f => f.Matches(Encoding.UTF8.GetBytes(name), "x86_64"u8, "1:5.14.0-70"u8))
        );

    [Fact]
    public void A_version_lock_is_read_from_the_plugins_list()
    {
        using var root = new TemporaryDirectory();
        File.WriteAllText(
            root.File("etc/dnf/plugins/versionlock.conf"),
            "[main]\nenabled = 1\nlocklist = /etc/dnf/plugins/versionlock.list\n"
        );
        File.WriteAllText(
            root.File("etc/dnf/plugins/versionlock.list"),
            "# Added lock on Fri\nbash-0:5.1.8-6.el9.*\n!kernel-0:5.14.0-70.el9.x86_64\n\n"
        );

        var locks = VersionLock.Read(root.Path, DnfTool.Dnf4, new IniSection("main"))!;

        Assert.Equal(
            [("bash-0:5.1.8-6.el9.*", false), ("kernel-0:5.14.0-70.el9.x86_64", true)],
            locks.Entries.Select(e => (e.Spec.Text, e.Excludes))
        );
        File.WriteAllText(root.File("etc/dnf/plugins/versionlock.conf"), "[main]\nenabled = 0\n");
        Assert.Null(VersionLock.Read(root.Path, DnfTool.Dnf4, new IniSection("main")));
    }

    [Fact]
    public void What_dnfs_plugin_does_not_understand_locks_nothing()
    {
        using var root = new TemporaryDirectory();
        File.WriteAllText(
            root.File("etc/dnf/plugins/versionlock.conf"),
            "[main]\nlocklist = /etc/dnf/plugins/versionlock.list\n"
        );
        File.WriteAllText(root.File("etc/dnf/plugins/versionlock.list"), "0:bash-5.1.8-6.el9.*\n! kernel\n");

        Assert.Null(VersionLock.Read(root.Path, DnfTool.Dnf4, new IniSection("main")));
    }

    [Fact]
    public void Version_locks_of_yum_are_read_in_their_own_spelling()
    {
        using var root = new TemporaryDirectory();
        File.WriteAllText(
            root.File("etc/yum/pluginconf.d/versionlock.conf"),
            "[main]\nenabled = 1\nlocklist = /etc/yum/pluginconf.d/versionlock.list\n"
        );
        File.WriteAllText(root.File("etc/yum/pluginconf.d/versionlock.list"), "2:vim-enhanced-8.0-1.el7.*\n");
        var main = new IniSection("main");
        main["plugins"] = "1";
        Assert.Equal(
            "vim-enhanced-2:8.0-1.el7.*",
            VersionLock.Read(root.Path, DnfTool.Yum3, main)!.Entries[0].Spec.Text
        );
    }

    [Theory]
    [InlineData("usr/bin/dnf-3", "dnf 4")]
    [InlineData("usr/bin/dnf5", "dnf 5")]
    [InlineData("usr/bin/dnf", "dnf 4")]
    [InlineData("usr/bin/yum", "yum 3")]
    [InlineData("var/cache/libdnf5/x", "dnf 5")]
    [InlineData("etc/none", "dnf 4")]
    public void The_tool_is_known_by_what_lies_on_disk(string file, string tool)
    {
        using var root = new TemporaryDirectory();
        File.WriteAllText(root.File(file), "");

        Assert.Equal(tool, DnfTool.Of(root.Path, PackageFamily.Dnf).ToString());
    }

    [Theory]
    [InlineData("dnf-3", "dnf 4")]
    [InlineData("dnf5", "dnf 5")]
    public void Of_two_tools_side_by_side_it_is_the_one_that_dnf_is(string target, string tool)
    {
        using var root = new TemporaryDirectory();
        File.WriteAllText(root.File("usr/bin/dnf-3"), "");
        File.WriteAllText(root.File("usr/bin/dnf5"), "");
        File.CreateSymbolicLink(root.File("usr/bin/dnf"), target);

        Assert.Equal(tool, DnfTool.Of(root.Path, PackageFamily.Dnf).ToString());
    }

    [Fact]
    public void Dnf5_adds_the_lists_of_its_drop_ins_up_and_a_file_of_the_administrator_stands_for_one_of_its_name()
    {
        using var root = new TemporaryDirectory();
        File.WriteAllText(root.File("usr/share/dnf5/libdnf.conf.d/20-a.conf"), "[main]\nexcludepkgs=hidden\n");
        File.WriteAllText(root.File("usr/share/dnf5/libdnf.conf.d/30-b.conf"), "[main]\nexcludepkgs=b\n");
        File.WriteAllText(root.File("etc/dnf/libdnf5.conf.d/20-a.conf"), "[main]\nexcludepkgs=a\n");
        File.WriteAllText(root.File("etc/dnf/dnf.conf"), "[main]\nexcludepkgs=c\n");
        File.WriteAllText(root.File("usr/share/dnf5/repos.d/own.repo"), "[own]\nbaseurl=https://o.example/\n");

        Assert.Equal(["a", "b", "c"], Read().Excludes);
        Assert.Equal("own", Assert.Single(Read().Repositories).Id);
        File.WriteAllText(root.File("etc/dnf/dnf.conf"), "[main]\nexcludepkgs=,c\n");
        Assert.Equal(["c"], Read().Excludes);

        DnfConfiguration Read() => DnfConfiguration.Read(root.Path, DnfTool.Dnf5, "x86_64", "43", null, []);
    }

    [Fact]
    public void A_refresh_that_failed_in_part_names_the_repositories_and_the_last_cause()
    {
        // dnf 4.14.0
        const string answer = """
            Errors during downloading metadata for repository 'dead':
              - Curl error (37): Couldn't read a file:// file for file:///nonexistent/repodata/repomd.xml [Couldn't open file /nonexistent/repodata/repomd.xml]
            Error: Failed to download metadata for repo 'dead': Cannot download repomd.xml: Cannot download repodata/repomd.xml: All mirrors were tried
            Ignoring repositories: dead
            """;

        var (repository, message) = Assert.Single(DnfRefresh.Failures(answer));

        Assert.Equal("dead", repository);
        Assert.StartsWith("Curl error (37): Couldn't read", message, StringComparison.Ordinal);
    }
}
