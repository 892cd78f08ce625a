using System.Globalization;
using System.Text.Json;
using PatchTools.Errors;

namespace PatchTools.Json;

/// <summary>
/// One document being read: where it came from, and which row of the error table its faults belong to.
/// </summary>
internal sealed record DocumentSource(string Location, PatchError Malformed)
{
    /// <summary>The document as a whole is not what it should be.</summary>
    public PatchToolsException Fault(string fault, Exception? cause = null) =>
        new(Malformed, $"{Location}: {fault}", Location, cause);
}

/// <summary>
/// A value of a JSON document with the path to it. Reads strictly: a value of the wrong type is a typed error that
/// names the path, what was found and what was wanted. Members that nobody asks for are not looked at.
/// </summary>
internal readonly struct JsonPlace
{
    private readonly DocumentSource _source;
    private readonly PatchError _error;
    private readonly JsonElement _value;

    public JsonPlace(DocumentSource source, JsonElement value)
        : this(source, source.Malformed, value, "$") { }

    private JsonPlace(DocumentSource source, PatchError error, JsonElement value, string path)
    {
        _source = source;
        _error = error;
        _value = value;
        Path = path;
    }

    /// <summary>JSONPath of the value, <c>$.patchBaseline.approvalRules.rules[2]</c>.</summary>
    public string Path { get; }

    public bool IsNull => _value.ValueKind == JsonValueKind.Null;

    public bool IsObject => _value.ValueKind == JsonValueKind.Object;

    public bool IsArray => _value.ValueKind == JsonValueKind.Array;

    public bool IsString => _value.ValueKind == JsonValueKind.String;

    /// <summary>The same place, its faults reported under another row of the error table.</summary>
    public JsonPlace Under(PatchError error) => new(_source, error, _value, Path);

    /// <summary>Says what is wrong here.</summary>
    public PatchToolsException Fault(string fault) =>
        new(_error, $"{_source.Location}: {Path}: {fault}", _source.Location);

    public PatchToolsException Wanted(string wanted) => Fault($"found {Found()}, wanted {wanted}");

    public bool Has(string name) => Find(name) is not null;

    /// <summary>
    /// The member, or null when the object has none of that name. A name given twice is refused: which one counts would
    /// be anybody's guess.
    /// </summary>
    public JsonPlace? Find(string name)
    {
        if (!IsObject)
            throw Wanted("an object");
        JsonElement? found = null;
        foreach (var member in _value.EnumerateObject())
        {
            if (!member.NameEquals(name))
                continue;
            if (found is not null)
                throw new JsonPlace(_source, _error, member.Value, $"{Path}.{name}").Fault("the member is given twice");
            found = member.Value;
        }

        return found is { } value ? new JsonPlace(_source, _error, value, $"{Path}.{name}") : null;
    }

    /// <summary>The member; missing and null are the same.</summary>
    public JsonPlace? FindNonNull(string name) => Find(name) is { IsNull: false } place ? place : null;

    public JsonPlace Get(string name) => Find(name) ?? throw Fault($"misses {name}");

    /// <summary>Names everything that is missing at once.</summary>
    public void Require(params ReadOnlySpan<string> names)
    {
        List<string>? missing = null;
        foreach (var name in names)
        {
            if (!Has(name))
                (missing ??= []).Add(name);
        }

        if (missing is not null)
            throw Fault($"misses {string.Join(", ", missing)}");
    }

    public IEnumerable<JsonPlace> Items()
    {
        if (!IsArray)
            throw Wanted("a list");
        return Enumerate(this);

        static IEnumerable<JsonPlace> Enumerate(JsonPlace list)
        {
            var index = 0;
            foreach (var item in list._value.EnumerateArray())
                yield return new JsonPlace(
                    list._source,
                    list._error,
                    item,
                    string.Create(CultureInfo.InvariantCulture, $"{list.Path}[{index++}]")
                );
        }
    }

    public JsonPlace RequireObject() => IsObject ? this : throw Wanted("an object");

    public string Text() => IsString ? _value.GetString()! : throw Wanted("a text");

    public bool Flag() =>
        _value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wanted("true or false"),
        };

    /// <summary>A whole number; <c>7.0</c> and <c>7e0</c> are whole, as they are to Python.</summary>
    public int WholeNumber(int least, int most)
    {
        if (
            _value.ValueKind == JsonValueKind.Number
            && _value.TryGetDouble(out var number)
            && number >= least
            && number <= most
            && double.IsInteger(number)
        )
        {
            return (int)number;
        }

        throw Wanted(string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));
    }

    public IReadOnlyList<string> Texts() => [.. Items().Select(item => item.Text())];

    /// <summary>What stands here, for a message: short, on one line.</summary>
    private string Found() =>
        _value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => $"the text {Quote(_value.GetString()!)}",
            JsonValueKind.Number => Shorten(_value.GetRawText()),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => "null",
        };

    /// <summary>In single quotes, control characters replaced, at most 40 characters.</summary>
    public static string Quote(string text) =>
        $"'{Shorten(string.Concat(text.Take(48).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)))}'";

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..39] + "…";
}
