using PatchTools.Ports;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PatchTools.Adapters.Yaml;

/// <summary>
/// Composes one document from the package's events. Nothing is resolved but aliases: a scalar stays the text that was
/// written, a tag makes no object, and an alias shares its node, so that no document grows larger in memory than it is
/// in the file.
/// </summary>
internal sealed class YamlTree
{
    private const int MaxDepth = 32;
    private const string CoreTags = "tag:yaml.org,2002:";
    private const string QuoteHint = "Text that begins with *, &, !, %, @, `, [ or { must be quoted: id: \"*kernel*\".";

    private readonly string _text;
    private readonly Parser _parser;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);

    private YamlTree(string text)
    {
        _text = text;
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>The document's root; null when there is none.</summary>
    /// <exception cref="OverrideListException">No YAML, more than one document, or nested too deep.</exception>
    public static YamlNode? Read(string text)
    {
        var tree = new YamlTree(text);
        try
        {
            return tree.Document();
        }
        catch (YamlException e)
        {
            throw tree.Malformed(e);
        }
        catch (Exception e)
            when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The package's own, about text behind the end of a document, tags that are no URI, and the like.
            throw At($"This is not YAML: {e.Message}", tree._parser.Current?.End ?? Mark.Empty);
        }
    }

    private static OverrideListException At(string message, Mark mark) =>
        new(message, (int)mark.Line, (int)mark.Column);

    private YamlNode? Document()
    {
        Next();
        if (Next() is StreamEnd)
            return null;
        var root = Node(Next(), depth: 0);
        Next();
        return Next() is { } more and not StreamEnd
            ? throw At("There is a second document; a list is one.", more.Start)
            : root;
    }

    private ParsingEvent Next() =>
        _parser.MoveNext() ? _parser.Current! : throw new OverrideListException("The document ends early.", 1, 1);

    private YamlNode Node(ParsingEvent start, int depth)
    {
        if (depth > MaxDepth)
            throw At($"Nested more than {MaxDepth} deep.", start.Start);
        if (start is AnchorAlias alias)
        {
            return _anchors.GetValueOrDefault(alias.Value.Value)
                ?? throw At(
                    $"*{alias.Value.Value} is an alias in YAML, and nothing has that name. {QuoteHint}",
                    start.Start
                );
        }

        var (line, column) = ((int)start.Start.Line, (int)start.Start.Column);
        if (
            start is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } tag }
            && !tag.Value.StartsWith(CoreTags, StringComparison.Ordinal)
        )
            throw At($"The tag {tag.Value} is not known. {QuoteHint}", start.Start);
        YamlNode node;
        switch (start)
        {
            case Scalar scalar:
                node = new YamlText(
                    scalar.Value,
                    scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL",
                    line,
                    column
                );
                Remember(scalar, node);
                break;
            case SequenceStart sequence:
                var items = new List<YamlNode>();
                Remember(sequence, node = new YamlList(items, line, column));
                while (Next() is var item and not SequenceEnd)
                    items.Add(Node(item, depth + 1));
                break;
            case MappingStart mapping:
                var members = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
                Remember(mapping, node = new YamlMap(members, line, column));
                while (Next() is var key and not MappingEnd)
                {
                    var name = Node(key, depth + 1);
                    var value = Node(Next(), depth + 1);
                    if (name is YamlText { Value: var text })
                        members[text] = value;
                }

                break;
            default:
                throw At("This is not YAML.", start.Start);
        }

        return node;
    }

    private void Remember(NodeEvent start, YamlNode node)
    {
        if (!start.Anchor.IsEmpty)
            _anchors[start.Anchor.Value] = node;
    }

    /// <summary>Bare globs are the usual cause: what stands where the parser stopped tells.</summary>
    private OverrideListException Malformed(YamlException e)
    {
        var index = (int)Math.Min(e.Start.Index, _text.Length);
        var isBareGlob =
            index < _text.Length && _text[index] is '*' or '&' or '!' or '%' or '@' or '`' or ']' or '}'
            || index > 0 && index < _text.Length && _text[index - 1] is '*' or '&' or ']' or '}';
        if (e.Message.Contains("tab", StringComparison.Ordinal) && TabIndent(index) is { } tab)
            return tab;
        return At($"This is not YAML: {e.Message.TrimEnd('.')}.{(isBareGlob ? " " + QuoteHint : "")}", e.Start);
    }

    /// <summary>The package names the mapping that a tab breaks, not the tab.</summary>
    private OverrideListException? TabIndent(int from)
    {
        var feed = _text.IndexOf("\n\t", from, StringComparison.Ordinal);
        return feed < 0
            ? null
            : new OverrideListException(
                "This is not YAML: a tab indents the line; use spaces.",
                2 + _text.AsSpan(0, feed).Count('\n'),
                1
            );
    }
}
