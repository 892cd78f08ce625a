namespace PatchTools.Adapters.Yaml;

/// <summary>
/// A document as a plain tree: text, lists and maps, no types and no objects. Lines and columns count from 1.
/// </summary>
internal abstract record YamlNode(int Line, int Column);

/// <summary>
/// The text as written, escapes and folding resolved. Null is what is unquoted and one of YAML's words for nothing.
/// </summary>
internal sealed record YamlText(string Value, bool IsNull, int Line, int Column) : YamlNode(Line, Column);

internal sealed record YamlList(List<YamlNode> Items, int Line, int Column) : YamlNode(Line, Column);

/// <summary>
/// Members by key; of equal keys the last. A key that is not a text is left out: nothing could ask for it.
/// </summary>
internal sealed record YamlMap(Dictionary<string, YamlNode> Members, int Line, int Column) : YamlNode(Line, Column);
