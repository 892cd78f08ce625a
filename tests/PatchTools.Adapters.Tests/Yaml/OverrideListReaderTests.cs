using System.Text;
using System.Text.Json;
using CsCheck;
using PatchTools.Adapters.Yaml;
using PatchTools.Model;
using PatchTools.Ports;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Adapters.Tests.Yaml;

public sealed class OverrideListReaderTests
{
    private static readonly string[] Pieces =
    [
        "patches:",
        "\n",
        "  ",
        "- ",
        "id: ",
        "title: ",
        "*a",
        "&a ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\"",
        "'",
        "|\n",
        ">\n",
        "? ",
        ": ",
        "!!str ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "%YAML 99999999999.1\n",
        "%TAG ! tag:x:\n",
        "#",
        "\t",
        "\\x",
        "\\U",
        "FFFFFFFF",
        "é",
        "<<: ",
        "!<",
        "!x!",
        "|9",
        ">-",
    ];

    [Fact]
    public void Entries_come_in_their_order_with_the_line_they_begin_at()
    {
        var entries = Read(
            """
            # what to install
            patches:
              - id: "kernel.x86_64"
              - id: bash.x86_64
                title: "bash.x86_64:0:5.1.8-6.el9"

              - title: '*1.1.1f-1ubuntu2.9*'
                id: 'libssl*'
                note: ignored
            other: [ignored, {also: this}]
            """
        );

        Assert.Equal(
            [
                new("kernel.x86_64", null, 3),
                new("bash.x86_64", "bash.x86_64:0:5.1.8-6.el9", 4),
                new("libssl*", "*1.1.1f-1ubuntu2.9*", 7),
            ],
            entries
        );
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("off")]
    [InlineData("010")]
    [InlineData("1e3")]
    [InlineData("1.10")]
    [InlineData("1:2.3")]
    [InlineData("1:30")]
    [InlineData("1_0")]
    [InlineData("2019-01-01")]
    [InlineData("0x1F")]
    [InlineData(".inf")]
    [InlineData("=")]
    [InlineData("libstdc++6")]
    [InlineData("bash-5.1.8-6.el9")]
    [InlineData("kernel*")]
    [InlineData("?ernel")]
    [InlineData("g[+]+")]
    public void Unquoted_ids_and_titles_are_text_as_written(string text) =>
        Assert.Equal(
            [new(text, text, 1)],
            Read($"patches: \n  - id: {text}\n    title: {text}").Select(e => e with { Line = 1 })
        );

    [Theory]
    [InlineData("{}")]
    [InlineData("other: 1")]
    [InlineData("patches:")]
    [InlineData("patches: ~")]
    [InlineData("patches: null")]
    [InlineData("patches: []")]
    [InlineData("Patches: [{id: a}]")]
    public void A_document_without_patches_has_no_entries(string text) => Assert.Empty(Read(text));

    [Theory]
    [InlineData("~")]
    [InlineData("null")]
    [InlineData("")]
    public void A_title_of_null_is_none(string title) =>
        Assert.Null(Assert.Single(Read($"patches: [{{id: a, title: {title}}}]")).Title);

    [Theory]
    [InlineData("", 1, 1, "empty")]
    [InlineData("# nothing but a comment\n", 1, 1, "empty")]
    [InlineData("just text", 1, 1, "The document is text")]
    [InlineData("~", 1, 1, "The document is null")]
    [InlineData("- id: a", 1, 1, "The document is a list")]
    [InlineData("patches: kernel", 1, 10, "patches is text")]
    [InlineData("patches:\n  id: kernel", 2, 3, "patches is a mapping")]
    [InlineData("patches:\n  - id: a\n  - kernel", 3, 5, "An entry is text")]
    [InlineData("patches:\n  - [a]", 2, 5, "An entry is a list")]
    [InlineData("patches:\n  - title: a", 2, 5, "has no id")]
    [InlineData("patches:\n  - id: ~", 2, 9, "has no id")]
    [InlineData("patches:\n  - id:\n    title: x", 2, 8, "has no id")]
    [InlineData("patches:\n  - id: ''", 2, 9, "has no id")]
    [InlineData("patches:\n  - id: [kernel]", 2, 9, "id is a list")]
    [InlineData("patches:\n  - id: a\n    title: {b: c}", 3, 12, "title is a mapping")]
    [InlineData("a: &b {id: x}\npatches:\n  - <<: *b", 3, 5, "Merge keys")]
    [InlineData("patches: []\n---\npatches: []", 2, 1, "second document")]
    [InlineData("patches:\n  - id: a\n - id: b", 3, 2, "not YAML")]
    [InlineData("patches:\n\t- id: a", 2, 1, "not YAML")]
    [InlineData("patches: [{id: a}\n", 2, 1, "not YAML")]
    [InlineData("patches:\n  - id: \"a", 2, 9, "not YAML")]
    [InlineData("patches:\n  - id: a\0b", 2, 10, "U+0000")]
    [InlineData("patches:\n  - id: !!python/object/apply:os.system ['true']", 2, 9, "id is a list")]
    [InlineData("patches:\n  - id: !other a", 2, 9, "The tag !other is not known")]
    public void What_is_no_list_is_told_with_its_place(string text, int line, int column, string message)
    {
        var failure = Assert.Throws<OverrideListException>(() => Read(text));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.True(
            (line, column) == (failure.Line, failure.Column),
            $"{failure.Line}:{failure.Column} {failure.Message}"
        );
    }

    [Theory]
    [InlineData("*kernel")]
    [InlineData("*kernel*")]
    [InlineData("*kernel.x86_64")]
    [InlineData("*")]
    [InlineData("*:x")]
    [InlineData("&")]
    [InlineData("@base")]
    [InlineData("`x")]
    [InlineData("%x")]
    [InlineData("[kK]ernel*")]
    [InlineData("!kernel")]
    public void A_glob_that_is_not_quoted_is_refused_with_the_hint_to_quote_it(string id)
    {
        var failure = Assert.Throws<OverrideListException>(() => Read($"patches:\n  - id: {id}\n"));

        Assert.Contains("must be quoted", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, failure.Line);
    }

    [Fact]
    public void An_alias_of_something_stands_for_it() =>
        Assert.Equal(
            [new("a", "a", 2), new("a", "a", 2)],
            Read("patches:\n  - &entry\n    id: &name a\n    title: *name\n  - *entry\n")
                .Select(e => e with { Line = 2 })
        );

    [Fact]
    public void Of_equal_keys_the_last_one_counts() =>
        Assert.Equal([new("b", "d", 2)], Read("patches: [{id: x}]\npatches: [{id: a, id: b, title: c, title: d}]"));

    [Fact]
    public void Json_is_read_too()
    {
        var entries = Read(
            "{\n\t\"patches\": [\n\t\t{\"id\": \"a\\/b \\u00e9 \\ud83d\\ude00\", \"title\": "
                + "null},\n\t\t{\"title\":\"t\",\"id\":1.10}\n\t]\n}"
        );

        Assert.Equal([new("a/b é 😀", null, 3), new("1.10", "t", 4)], entries);
    }

    [Fact]
    public void Whatever_text_is_written_as_Json_comes_back()
    {
        // The control characters that JSON escapes are YAML's escapes as well; the rest of the list is as a program
        // would write it.
        var text = Gen.String[
            Gen.OneOf(Gen.Char[' ', '~'], Gen.Char['\u00a0', '\u2fff'], Gen.Const('\n'), Gen.Const('\\')),
            1,
            20
        ];
        Gen.Select(text, text)
            .Array[0, 6]
            .ForAll(
                entries =>
                {
                    var json = JsonSerializer.SerializeToUtf8Bytes(
                        new { patches = entries.Select(e => new { id = e.Item1, title = e.Item2 }) }
                    );
                    Assert.Equal(entries, Read(json).Select(e => (e.Id, e.Title!)));
                },
                cases: 1_000
            );
    }

    [Fact]
    public void Byte_order_marks_and_Windows_lines_are_read()
    {
        const string text = "patches:\r\n  - id: é\r\n";
        foreach (var encoding in new Encoding[] { new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode })
            Assert.Equal([new("é", null, 2)], Read([.. encoding.GetPreamble(), .. encoding.GetBytes(text)]));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused_with_their_line()
    {
        var failure = Assert.Throws<OverrideListException>(() => Read([.. "patches:\n  - id: "u8, 0xE9, .. "\n"u8]));

        Assert.Contains("UTF-8", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, failure.Line);
    }

    [Theory]
    [InlineData('[', 1_000_000)]
    [InlineData('{', 1_000_000)]
    [InlineData('[', 40)]
    public void Deep_nesting_is_refused(char open, int depth) =>
        Assert.Contains(
            "Nested",
            Assert.Throws<OverrideListException>(() => Read("patches: " + new string(open, depth))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Aliases_of_aliases_cost_nothing()
    {
        var laughs = new StringBuilder("a0: &a0 [x]\n");
        for (var i = 1; i <= 40; i++)
            laughs.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]\n"
            );

        Assert.Empty(Read(laughs.Append("patches: []\n").ToString()));
    }

    [Fact]
    public void What_is_too_large_is_refused() =>
        Assert.Contains(
            "1048576",
            Assert.Throws<OverrideListException>(() => Read(new byte[(1 << 20) + 1])).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Any_bytes_end_in_entries_or_in_the_typed_error()
    {
        var random = new Random(1);
        for (var i = 0; i < 50_000; i++)
        {
            var text = string.Concat(
                Enumerable
                    .Range(0, random.Next(40))
                    .Select(_ =>
                        random.Next(5) == 0 ? ((char)random.Next(256)).ToString() : Pieces[random.Next(Pieces.Length)]
                    )
            );
            try
            {
                Assert.All(Read(text), e => Assert.NotEmpty(e.Id));
            }
            catch (OverrideListException e)
            {
                Assert.True(e.Line >= 1 && e.Column >= 1, $"{e.Line}:{e.Column} {e.Message}");
            }
        }
    }

    private static IReadOnlyList<OverrideEntry> Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static IReadOnlyList<OverrideEntry> Read(byte[] content) => new OverrideListReader().Read(content);
}
