using System.Text;
using System.Text.RegularExpressions;

namespace PatchTools.Tests;

/// <summary>
/// Parameters of a document that ships with the module, and texts that mean harm to its script. The document is read by
/// lines: a test of this project asserts that no library for YAML is loaded.
/// </summary>
internal sealed partial record HostileParameters(string Name, string Pattern)
{
    private static readonly string[] Harm =
    [
        "'",
        "\"",
        "`",
        "$",
        "''",
        "'@",
        "@'",
        "\n'@\n",
        "\r\n'@\r\n",
        "\n\"@\n",
        "@\"\n",
        "\n",
        "\r",
        "\r\n",
        "\u2028",
        "\u2029",
        "\u0085",
        "\0",
        "\u001b[2J",
        "\u001b]0;x\a",
        "\u200e",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\u2018",
        "\u2019",
        "\u201a",
        "\u201b",
        "\u201c",
        "\u201d",
        "\u201e",
        "$(",
        ")",
        "$()",
        "${",
        "}",
        "{{ PayloadBucket }}",
        "{{ssm:x}}",
        ";",
        "|",
        "&",
        "&&",
        "#",
        "<#",
        "#>",
        "%",
        "%0a",
        "%27",
        "\\",
        "\\u0027",
        "--",
        "--%",
        "@(",
        "[char]39",
        ",",
        " ",
        "\t",
        "é",
        "𝒜",
    ];

    private static readonly string[] Payloads =
    [
        "$global:pwned = 1",
        "; $global:pwned = 1 #",
        "'; $global:pwned = 1; '",
        "\u2019; $global:pwned = 1; \u2018",
        "\"; $global:pwned = 1; \"",
        "$($global:pwned = 1)",
        "\n'@\n$global:pwned = 1\n$x = @'\n",
        "\r$global:pwned = 1\r",
    ];

    private static readonly string[] Innocent =
    [
        "",
        "11111111-2222-3333-4444-555555555555",
        "https://example.com/a/list.yaml",
        "https://b.s3.us-east-1.amazonaws.com/l.yaml?X-Amz-Signature=0a&x=%27",
        "s3://bucket/list.yaml",
        "s3://bucket/a/b (1).json",
        "patches",
        "patches-{region}",
        "patchtools",
        "1.2.3",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "AWS-Noop",
        "tag:Group",
        "web",
        "10%",
        "arn:aws:iam::123456789012:role/Patching",
    ];

    /// <summary>Of each parameter with a pattern.</summary>
    public static IReadOnlyList<HostileParameters> Of(string document) =>
        [
            .. ParameterForm()
                .Matches(File.ReadAllText(Path.Combine(StagedModule.Folder, "documents", document + ".yaml")))
                .Select(match => new HostileParameters(match.Groups[1].Value, match.Groups[2].Value)),
        ];

    /// <summary>
    /// The same texts for the same seed: innocent ones, and ones with harm put into them at any place.
    /// </summary>
    public static IEnumerable<string> Texts(int seed, int count)
    {
#pragma warning disable CA5394 // The same texts at every run.
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var text = new StringBuilder(Innocent[random.Next(Innocent.Length)]);
            for (var insertions = random.Next(4); insertions > 0; insertions--)
            {
                var at = random.Next(text.Length + 1);
                _ = random.Next(8) switch
                {
                    0 => text.Insert(at, Payloads[random.Next(Payloads.Length)]),
                    1 => text.Insert(at, (char)random.Next(0x20, 0x7F)),
                    2 => text.Insert(at, (char)random.Next(0xD800)),
                    3 => text.Insert(at, (char)random.Next(0x20)),
                    4 => text.Append(Harm[random.Next(Harm.Length)]),
                    _ => text.Insert(at, Harm[random.Next(Harm.Length)]),
                };
            }

            yield return text.ToString();
        }
#pragma warning restore CA5394
    }

    /// <summary>
    /// Whether any engine of regular expressions may accept the text: some let <c>\z</c> stand before a last line
    /// break, as <c>$</c> does.
    /// </summary>
    public bool Accepts(string text) =>
        Regex.IsMatch(text, Pattern) || Regex.IsMatch(text, Pattern.Replace("\\z", "$", StringComparison.Ordinal));

    [GeneratedRegex(@"^  (\w+):\n(?:    (?!allowedPattern).*\n)*    allowedPattern: '(.+)'$", RegexOptions.Multiline)]
    private static partial Regex ParameterForm();
}
