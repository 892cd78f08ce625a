using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Shared;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// Which list files belong to which sources and settings: PatchTools' answer against <c>apt-get indextargets</c>.
/// Nothing is fetched.
/// </summary>
public sealed class AptIndexTargetsTests
{
    /// <summary>sources.list of one line each.</summary>
    public static TheoryData<string> Lines { get; } =
    [
        "deb http://deb.example/debian bookworm main contrib",
        "deb http://deb.example/debian/ bookworm main # trailing text",
        "  deb\thttp://deb.example/debian\tbookworm\tmain",
        "deb-src http://deb.example/debian bookworm main",
        "#deb http://deb.example/debian bookworm main",
        "deb [arch=amd64] http://deb.example/debian bookworm main",
        "deb [arch=amd64,arm64] http://deb.example/debian bookworm main",
        "deb [ arch+=arm64 arch-=i386 ] http://deb.example/debian bookworm main",
        "deb [arch-=all,i386] http://deb.example/debian bookworm main",
        "deb [arch=all] http://deb.example/debian bookworm main",
        "deb [target=Packages] http://deb.example/debian bookworm main",
        "deb [target=Translations] http://deb.example/debian bookworm main",
        "deb [target-=Packages] http://deb.example/debian bookworm main",
        "deb [target+=Contents-deb] http://deb.example/debian bookworm main",
        "deb [target=Translations target+=Packages] http://deb.example/debian bookworm main",
        "deb [trusted=yes by-hash=force signed-by=/usr/share/keyrings/x.gpg pdiffs=no lang=none] http://deb.example/debian bookworm main",
        "deb [trusted=yes # not a comment] http://deb.example/debian bookworm main",
        "deb https://user:pa%2Fss@deb.example:8443/a_b~c+d bookworm/updates main",
        "deb http://deb.example/debian st~a%20ble main/sub",
        "deb http://deb.example/$(ARCH)/x $(ARCH)/",
        "deb http://deb.example/debian $(ARCH) main",
        "deb http://deb.example/flat ./",
        "deb http://deb.example/flat /",
        "deb http://deb.example/flat sub/folder/",
        "deb http://deb.example suite main",
        "deb http://[2001:db8::1]:80/x s c",
        "deb http://[2001:db8::1]/x s c",
        "deb file:/srv/repo bookworm main",
        "deb file:///srv/re%20po ./",
        "deb copy:/srv/a+b bookworm main",
        "deb cdrom:[Debian GNU/Linux 12.0.0 _Bookworm_ - Official amd64]/ bookworm main",
        "deb mirror+file:/etc/apt/mirrors.txt bookworm main",
        "deb mirror://mirrors.example/list bookworm main",
        "deb mirror+https://mirrors.example/list bookworm main",
        "deb tor+http://abc.onion/debian bookworm main",
        "deb ssh://user@host/debian bookworm main",
        "deb \"http://deb.example/with blank\" bookworm main",
        "deb http://deb.example/debian bookworm main main",
        "deb http://deb.example/a bookworm main\ndeb https://deb.example/a bookworm contrib",
        "deb [trusted=yes] http://deb.example/a bookworm main\ndeb [trusted=yes] http://deb.example/a bookworm contrib",
        "deb [trusted=yes] http://deb.example/a bookworm main\ndeb [trusted=no] http://deb.example/a bookworm contrib",
        "deb [signed-by=/a.gpg] http://deb.example/a bookworm main\ndeb http://deb.example/a bookworm contrib",
        "deb http://deb.example/a bookworm main\ndeb [signed-by=/a.gpg] http://deb.example/a bookworm contrib",
        "deb [signed-by=/a.gpg] http://deb.example/a bookworm main\ndeb-src http://deb.example/a bookworm main",
        "deb [signed-by=/a.gpg,/b.gpg] http://deb.example/a bookworm main\ndeb [signed-by=/a.gpg,/b.gpg] http://deb.example/a bookworm contrib",
        "deb [check-valid-until=no] http://deb.example/a bookworm main\ndeb [check-valid-until=yes] http://deb.example/a bookworm contrib",
        "deb [valid-until-max=10] http://deb.example/a bookworm main\ndeb [valid-until-max=20] http://deb.example/a bookworm contrib",
        // What apt refuses.
        "deb",
        "deb http://deb.example/debian",
        "deb http://deb.example/debian bookworm",
        "deb http://deb.example/debian ./ main",
        "deb deb.example bookworm main",
        "rpm http://deb.example/debian bookworm main",
        "deb [trusted] http://deb.example/debian bookworm main",
        "deb [trusted=yes http://deb.example/debian bookworm main",
        "deb [] http://deb.example/debian bookworm main",
        "deb [trusted=] http://deb.example/debian bookworm main",
        "Types: deb",
    ];

    /// <summary>Text of one .sources file.</summary>
    public static TheoryData<string> Paragraphs { get; } =
    [
        "Types: deb deb-src\nURIs: http://a.example/x http://b.example/y\nSuites: s s-updates\nComponents: main contrib\n",
        "types: deb\nuris: http://a.example/x\nsuites: s\ncomponents: main\narchitectures: amd64 arm64\n",
        "Types: deb\nURIs: http://a.example/x\nSuites: s\nComponents: main\nArchitectures-Add: arm64\nArchitectures-Remove: i386\n",
        "Types: deb\nURIs: http://a.example/x\nSuites: s\nComponents: main\nTargets: Translations\n",
        "Types: deb\nURIs: http://a.example/x\nSuites: s\nComponents: main\nTargets-Remove: Packages\n",
        "Types: deb\nURIs: http://a.example/x\nSuites: s\nComponents: main\nEnabled: no\n",
        "Types: deb\nURIs: http://a.example/x\nSuites: s\nComponents: main\nEnabled: false\n\nTypes: deb\nURIs: http://b.example/x\nSuites: s\nComponents: main\nEnabled: yes\n",
        "# text\nTypes: deb\n# more\nURIs: http://a.example/x\nSuites:\n s\n t\nComponents:\n main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEY865UxYJKwYBBAHaRw8BAQdAd7Z0srwuhlB6JKFkcf4HU4SSS\n -----END PGP PUBLIC KEY BLOCK-----\n",
        "Types: deb\nURIs: http://a.example/x/$(ARCH)\nSuites: $(ARCH)/\n",
        "Types: deb\nURIs: http://a.example/x\nSuites: ./ sub/\n\n\n\nTypes: deb\nURIs: cdrom:[A B]/\nSuites: s\nComponents: c\n",
        "Types: deb\r\nURIs: http://a.example/x\r\nSuites: s\r\nComponents: main\r\n",
        "\n\n# only text\n\n",
        "",
        // What apt refuses.
        "URIs: http://a.example/x\nSuites: s\nComponents: main\n",
        "Types: deb\nSuites: s\nComponents: main\n",
        "Types: deb\nURIs: http://a.example/x\nComponents: main\n",
        "Types: deb\nURIs: http://a.example/x\nSuites: s\n",
        "Types: deb\nURIs: http://a.example/x\nSuites: ./\nComponents: main\n",
        "Types: zip\nURIs: http://a.example/x\nSuites: s\nComponents: main\n",
        "Types: deb\nURIs: a.example\nSuites: s\nComponents: main\n",
    ];

    /// <summary>
    /// apt.conf of the root, as it would stand on a host; paths are below the root, which ROOT stands for.
    /// </summary>
    public static TheoryData<string> Configurations { get; } =
    [
        "",
        "Dir::State \"else/state\";",
        "Dir::State::lists \"/ram/lists\";",
        "Dir::Etc \"etc/other\";",
        "Dir::Etc::sourcelist \"/etc/other/sources.list\";",
        "Dir::Etc::sourceparts \"/dev/null\";",
        "Dir::Etc { sourcelist \"none.list\"; sourceparts \"other.d\"; };",
        "APT::Architecture \"arm64\";",
        "APT { Architecture \"i386\"; Architectures { \"i386\"; \"arm64\"; }; };",
        "APT::Architectures:: \"riscv64\";",
        "APT::Architectures { \"amd64\"; };\n#clear APT::Architectures;\nAPT::Architectures { \"amd64\"; \"s390x\"; };",
        "#include \"ROOT/etc/other/more.conf\";",
        "dir::state::LISTS \"/ram/lists\"; // case",
        "Dir::State::lists /ram/lists;",
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Lines_name_the_list_files_that_apt_names(string text)
    {
        using var root = new AptRoot("amd64", "i386");
        root.Write("etc/apt/sources.list", text + "\n");
        SameTargets(root, mayRefuse: true);
    }

    [Theory]
    [MemberData(nameof(Paragraphs))]
    public void Paragraphs_name_the_list_files_that_apt_names(string text)
    {
        using var root = new AptRoot("amd64", "i386");
        root.Write("etc/apt/sources.list.d/x.sources", text);
        SameTargets(root, mayRefuse: true);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Settings_lead_where_they_lead_apt(string text)
    {
        using var root = new AptRoot();
        root.Write("etc/apt/apt.conf", text.Replace("ROOT", root.Root, StringComparison.Ordinal) + "\n");
        WriteSources(root);
        root.Write("etc/other/more.conf", "APT::Architectures { \"amd64\"; \"ppc64el\"; };\n");
        SameTargets(root, mayRefuse: false);
    }

    [Fact]
    public void Files_are_read_in_apts_order_and_by_apts_rules_for_their_names()
    {
        using var root = new AptRoot();
        WriteSources(root);
        string[] names =
        [
            "10one",
            "20two.conf",
            "15.conf.bak",
            "30three.txt",
            ".40hidden",
            "50five.conf~",
            "60 six.conf",
            "70.seven.conf",
            "80eight.",
            "9-nine_9:9",
            "05five.CONF",
        ];
        foreach (var name in names)
        {
            root.Write(
                $"etc/apt/apt.conf.d/{name}",
                $"APT::Architectures:: "
                    + $"\"{string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant()}\";\nX::Last "
                    + $"\"{name}\";\n"
            );
            root.Write(
                $"etc/apt/sources.list.d/{name}.list",
                $"deb http://{string.Concat(name.Where(char.IsAsciiLetterOrDigit))}.example/ s c\n"
            );
            root.Write(
                $"etc/apt/sources.list.d/{name}",
                $"deb http://{string.Concat(name.Where(char.IsAsciiLetterOrDigit))}.bare.example/ s c\n"
            );
        }

        root.Write("etc/apt/apt.conf", "APT::Architectures:: \"main\";\n");
        SameTargets(root, mayRefuse: false);
        Assert.Contains(
            $"X::Last \"{AptSetting.Read(root.Host, new InventoryRequest()).Configuration.Find("X::Last")}\";",
            root.Run("apt-config", "dump").Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_mounted_image_is_read_with_its_own_configuration_and_never_with_that_of_this_host()
    {
        using var root = new AptRoot();
        WriteSources(root);
        root.Write(
            "etc/apt/apt.conf.d/lists",
            "Dir::State::lists \"/ram/lists\";\nAPT::Architectures { \"amd64\"; \"arm64\"; };\n"
        );

        var setting = AptSetting.Read(
            root.Image with
            {
                Environment = root.Host.Environment,
            },
            new InventoryRequest { Origin = InventoryOrigin.Root }
        );

        Assert.Equal(Path.Combine(root.Root, "ram/lists"), setting.ListsDirectory);
        Assert.Equal(["amd64", "arm64"], setting.Architectures.Configured);
        Assert.Equal(
            ["http://main.example s c", "http://part.example s c"],
            setting.Sources.Repositories.Select(r => r.Name)
        );
    }

    private static void WriteSources(AptRoot root)
    {
        root.Write("etc/apt/sources.list", "deb http://main.example/ s c\n");
        root.Write("etc/apt/sources.list.d/part.list", "deb http://part.example/ s c\n");
        root.Write("etc/apt/other.d/x.list", "deb http://other.part.example/ s c\n");
        root.Write("etc/other/sources.list", "deb http://other.example/ s c\n");
    }

    private static void SameTargets(AptRoot root, bool mayRefuse)
    {
        var (exitCode, output, error) = root.Run(
            "apt-get",
            "indextargets",
            "--no-release-info",
            "--format",
            "$(FILENAME)",
            "Created-By: Packages"
        );
        var setting = AptSetting.Read(root.Host, new InventoryRequest());

        if (exitCode != 0)
        {
            Assert.True(mayRefuse, error);
            Assert.True(setting.Sources.Faults.Count > 0, $"apt refuses: {error}");
            return;
        }

        Assert.Empty(setting.Sources.Faults);
        Assert.Empty(setting.Configuration.Warnings);
        Assert.Equal(
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            setting.Sources.Repositories.SelectMany(r =>
                r.Indexes.Select(i => $"{setting.ListsDirectory}/{r.ListFileName(i.MetaKey)}")
            )
        );
    }
}
