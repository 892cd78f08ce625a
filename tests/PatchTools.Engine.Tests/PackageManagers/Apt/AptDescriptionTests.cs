using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// Priority and section of installed versions on hosts whose dpkg and repositories disagree, read by PatchTools and by
/// libapt itself.
/// </summary>
public sealed class AptDescriptionTests
{
    private static readonly string[] _words =
    [
        "required",
        "Important",
        "STANDARD",
        "optional",
        "extra",
        "source",
        "foo bar",
        "Optional",
        "",
    ];

    [Fact]
    public async Task Priority_and_section_are_those_of_the_first_repository_that_has_the_installed_version()
    {
        using var root = new AptRoot("amd64");
        Offer(
            root,
            "first",
            Stanza("both", "Extra", "net"),
            Stanza("first-only", "important", "libs"),
            Stanza("no-words", null, null),
            Stanza("other-depends", "required", "admin", "Depends: nothing-like-it\n"),
            Stanza("other-size", "standard", "first"),
            Stanza("rebuilt", "required", "admin", "Depends: nothing-like-it\n")
        );
        Offer(
            root,
            "second",
            Stanza("both", "important", "utils"),
            Stanza("other-depends", "standard", "second"),
            Stanza("other-size", "required", "second", size: 2000)
        );
        root.Write(
            "var/lib/dpkg/status",
            string.Concat(
                new[] { "both", "first-only", "no-words", "other-depends", "other-size", "rebuilt", "unknown" }.Select(
                    name => AptRoot.Installed(name, "1.0")
                )
            )
        );

        var lines = await SameAsLibapt(root);

        Assert.Equal(
            [
                "both extra net",
                "first-only important libs",
                "no-words  ",
                "other-depends standard second",
                "other-size standard first",
                "rebuilt optional misc",
                "unknown optional misc",
            ],
            lines
        );
    }

    [Fact]
    public async Task A_priority_is_spelled_as_libapt_spells_it_wherever_it_comes_from()
    {
        using var root = new AptRoot("amd64");
        Offer(root, "first", [.. _words.Select((word, i) => Stanza($"offered-{i}", word, "Libs"))]);
        root.Write(
            "var/lib/dpkg/status",
            string.Concat(
                _words.Select(
                    (word, i) =>
                        AptRoot.Installed($"offered-{i}", "1.0")
                        + AptRoot
                            .Installed($"unknown-{i}", "1.0")
                            .Replace(
                                "Priority: optional\n",
                                word.Length == 0 ? "" : $"Priority: {word}\n",
                                StringComparison.Ordinal
                            )
                )
            )
        );

        var lines = await SameAsLibapt(root);

        Assert.Equal(
            ["required", "important", "standard", "optional", "extra", "extra", "extra", "optional", ""],
            lines.Where(l => l.StartsWith("offered", StringComparison.Ordinal)).Select(l => l.Split(' ')[1])
        );
    }

    private static async Task<IReadOnlyList<string>> SameAsLibapt(AptRoot root)
    {
        var expected = Libapt.Installed(root.Configuration);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, Libapt.Installed(await root.ReadAsync()));
        return [.. expected.Select(l => l.Split('\t')).Select(f => $"{f[0].Split(':')[0]} {f[3]} {f[4]}")];
    }

    private static void Offer(AptRoot root, string repository, params string[] stanzas)
    {
        root.MakeSuite(repository, "stable", ["Suite=stable"], ("main/binary-amd64", string.Concat(stanzas)));
        File.AppendAllText(
            Path.Combine(root.Root, "etc/apt/sources.list"),
            $"deb [trusted=yes] file:{root.Repositories}/{repository} stable main\n"
        );
        root.Update();
    }

    private static string Stanza(string name, string? priority, string? section, string more = "", int size = 1000) =>
        AptRoot
            .Stanza(name, "1.0", more: more)
            .Replace(
                "Priority: optional\n",
                string.IsNullOrEmpty(priority) ? "" : $"Priority: {priority}\n",
                StringComparison.Ordinal
            )
            .Replace("Section: misc\n", section is null ? "" : $"Section: {section}\n", StringComparison.Ordinal)
            .Replace("Size: 1000\n", $"Size: {size}\n", StringComparison.Ordinal);
}
