using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Shared;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// apt.conf texts as PatchTools and as <c>apt-config dump</c> read them; everything is named below X.
/// </summary>
public sealed class AptConfigDumpTests
{
    public static TheoryData<string> Texts { get; } =
    [
        "X::A \"1\";",
        "X::A 1;",
        "X { A \"1\"; B { C \"2\"; D \"3\"; }; };",
        "X { A \"1\"; B { C \"2\"; D \"3\"; } }",
        "X\n{\n  A\n  \"1\"\n  ;\n};",
        "X::L { \"a\"; \"b\"; \"c\"; };",
        "X::L:: \"a\"; X::L:: \"b\";",
        "X::L \"v\"; X::L { \"a\"; };",
        "X::L { \"a\"; };\nX::L { \"b\"; };",
        "X::A \"1\"; x::a \"2\"; X::a::B \"3\";",
        "X::A \"1\"; // trailing\n# line\nX::B \"2\"; /* one\ntwo */ X::C \"3\";",
        "X::A \"no // comment\"; X::B \"no # comment\"; X::C \"no /* comment */\";",
        "X::A \"semi;colon {brace}\";",
        "X::A \"a%20b\"; X::B a%20b;",
        "X::A \"two\" \"parts\";",
        "X::A \"joined\"\"parts\"   \"and\n  more\";",
        "X::A \"\"; X::B \"1\";",
        "X::A \"1\";\n#clear X::A;\nX::B \"2\";",
        "X::L { \"a\"; \"b\"; };\n#clear X::L;\nX::L { \"c\"; };",
        "X { A { B \"1\"; }; };\n#clear X;\nX::C \"2\";",
        "X::A\t\"blanks  within\"\t;",
        "X::A \"1\";;X::B \"2\";",
        "X{A \"1\";};",
        "X::A::B::C::D \"deep\";",
        "X::http://host/path \"v\";",
        "X::A yes;X::B \"no\";",
        "  X::A   \"1\"  ;  ",
        "X::A \"1\";\r\nX::B \"2\";\r\n",
        "X::\"quoted name\" \"1\";",
        "X { \"lone\"; A \"1\"; };",
        "X::A { };\nX::B \"1\";",
        "X \"top\" { A \"1\"; };",
        "X::A \"ünïcode\";",
        "#x-apt-configure-index \"text\";\nX::A \"1\";",
        // What apt refuses.
        "X::A \"open;\n",
        "X::A \"1\" \"2\" 3;",
        "X::A \"1\"",
        "{ A \"1\"; };",
        "X { #clear X::B; };",
        "#clear;",
        "#include \"/nonexistent/file\";\nX::A \"1\";",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Settings_are_those_that_apt_config_dumps(string text)
    {
        using var root = new AptRoot("amd64");
        root.Write("etc/apt/apt.conf", text + "\n");

        var (exitCode, output, error) = root.Run("apt-config", "dump", "--format", "%f=%v%n");
        var configuration = AptSetting.Read(root.Host, new InventoryRequest()).Configuration;

        if (exitCode != 0)
        {
            Assert.True(configuration.Warnings.Count > 0, $"apt refuses: {error}");
            return;
        }

        Assert.Empty(configuration.Warnings);
        var theirs = output
            .Split('\n')
            .Where(l =>
                l.StartsWith("X=", StringComparison.OrdinalIgnoreCase)
                || l.StartsWith("X::", StringComparison.OrdinalIgnoreCase)
            )
            .Where(l => !l.EndsWith('='));
        Assert.Equal(
            theirs.Order(StringComparer.Ordinal),
            configuration.Below("X").Select(b => $"{b.Name}={b.Value}").Order(StringComparer.Ordinal)
        );
    }
}
