using System.Text;
using PatchTools.Adapters.Toml;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>Version locks of dnf 5, as dnf5-versionlock(8) and its configuration reader have them.</summary>
public sealed class Dnf5VersionLockTests
{
    private readonly List<string> _warnings = [];

    [Theory]
    [InlineData("evr", "=", "0:1.0-1", "1.0-1", "1.1-1")]
    [InlineData("evr", "==", "1.0-1", "1.0-1", "1:1.0-1")]
    [InlineData("evr", "!=", "1.1-1", "1.0-1", "1.1-1")]
    [InlineData("evr", "<>", "1.1-1", "1.2-1", "1.1-1")]
    [InlineData("evr", "<", "1.1", "1.0-1", "1.1-1")]
    [InlineData("evr", "<=", "1.1-1", "1.1-1", "1.1-2")]
    [InlineData("evr", ">", "1.1", "1.1-1", "1.0-9")]
    [InlineData("evr", ">=", "3:570", "3:570.1-1", "3:569.9-1")]
    [InlineData("epoch", "=", "1", "1:1.0-1", "1.0-1")]
    [InlineData("epoch", "<", "2", "1:9-1", "2:1-1")]
    [InlineData("epoch", "=", "02", "2:1.0-1", "1.0-1")]
    [InlineData("arch", "=", "x86_64", "1.0-1", null)]
    [InlineData("arch", "!=", "i686", "1.0-1", null)]
    public void A_condition_allows_what_it_compares(
        string key,
        string comparator,
        string value,
        string allowed,
        string? refused
    )
    {
        var locks = Read(
            $"""
            version = "1.0"
            [[packages]]
            name = "tool"
            [[packages.conditions]]
            key = "{key}"
            comparator = "{comparator}"
            value = "{value}"
            """
        );
        var entry = Assert.Single(locks!.Entries);
        Assert.True(entry.Allows(allowed, "x86_64"));
        if (refused is not null)
            Assert.False(entry.Allows(refused, "x86_64"));
        else
            Assert.False(entry.Allows(allowed, "i686"));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void An_architecture_is_taken_as_it_is_written()
    {
        var locks = Read(
            "version = \"1.0\"\n[[packages]]\nname = \"tool\"\n[[packages.conditions]]\nkey = \"arch\"\n"
                + "comparator = \"=\"\nvalue = \"x86*\"\n"
        );
        Assert.False(Assert.Single(locks!.Entries).Allows("1.0-1", "x86_64"));
    }

    [Fact]
    public void Conditions_of_one_entry_must_all_hold_in_whatever_form_of_TOML_they_are_written()
    {
        var locks = Read(
            """
            version = "1.0"
            packages = [
              { name = "acpi", conditions = [ { key = "evr", comparator = ">=", value = "3" }, { key = 'evr', comparator = '<', value = '4' } ] },
              { name = "*nvidia*", comment = "a # b", conditions = [{ key = "epoch", comparator = "=", value = "3" }] },
            ]
            """
        );
        Assert.Empty(_warnings);
        var acpi = locks!.Entries[0];
        Assert.Equal([false, true, false], new[] { "2.9-1", "3.1-1", "4.0-1" }.Select(e => acpi.Allows(e, "noarch")));
        Assert.Equal("acpi evr >= 3 and evr < 4", acpi.ToString());
        Assert.True(locks.Entries[1].Names(Encoding.UTF8.GetBytes("kmod-nvidia-open")));
        Assert.False(locks.Entries[1].Names(Encoding.UTF8.GetBytes("nouveau")));
    }

    [Theory]
    [InlineData("key = \"version\"\ncomparator = \"=\"\nvalue = \"1\"", "the key 'version' is not known")]
    [InlineData("key = \"release\"\ncomparator = \"<\"\nvalue = \"1\"", "the key 'release' is not known")]
    [InlineData("key = \"EVR\"\ncomparator = \"=\"\nvalue = \"1-1\"", "the key 'EVR' is not known")]
    [InlineData("key = \"vendor\"\ncomparator = \"=\"\nvalue = \"x\"", "the key 'vendor' is not known")]
    [InlineData("key = \"evr\"\ncomparator = \"~\"\nvalue = \"1\"", "the comparator '~' is not known")]
    [InlineData("key = \"evr\"\ncomparator = \"=\"", "the value is missing or no text")]
    [InlineData("key = \"epoch\"\ncomparator = \"=\"\nvalue = \"one\"", "the epoch 'one' is not a number")]
    [InlineData("key = \"arch\"\ncomparator = \"<\"\nvalue = \"i686\"", "architectures are not compared with '<'")]
    public void A_condition_that_is_not_understood_is_a_warning_with_file_and_entry(string condition, string problem)
    {
        var locks = Read($"version = \"1.0\"\n[[packages]]\nname = \"tool\"\n[[packages.conditions]]\n{condition}\n");
        Assert.True(Assert.Single(locks!.Entries).Allows("9-9", "x86_64"));
        Assert.Contains(
            _warnings,
            w =>
                w.Contains("etc/dnf/versionlock.toml, entry 1 (tool)", StringComparison.Ordinal)
                && w.Contains(problem, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("version = \"1.0\"\n[unterminated\n", "cannot be read")]
    [InlineData("version = \"2.0\"\n", "its version is not \"1.0\"")]
    [InlineData("version = \"1.0\"\n[[packages]]\ncomment = \"x\"\n", "entry 1: it has no name")]
    [InlineData("version = \"1.0\"\npackages = 3\n", "'packages' is not a list")]
    public void A_file_or_an_entry_that_is_not_understood_is_a_warning(string text, string warning)
    {
        Assert.Null(Read(text));
        Assert.Contains(warning, Assert.Single(_warnings), StringComparison.Ordinal);
    }

    private Dnf5VersionLock? Read(string text)
    {
        using var root = new TemporaryDirectory();
        File.WriteAllText(root.File("etc/dnf/versionlock.toml"), text);
        return Dnf5VersionLock.Read(
            Path.Combine(root.Path, DnfTool.Dnf5.VersionLockFile!),
            new TomlReader(),
            _warnings
        );
    }
}
