using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PatchTools.Testing.Conformance;

/// <summary>One place where a run of ours and the recorded one differ.</summary>
/// <param name="At">Step, then call or file, then members; list entries are named by their <c>Id</c> or <c>TypeName</c>
/// where they have one.</param>
/// <param name="Recorded">JSON text of the recording; null: absent there.</param>
/// <param name="Ours">JSON text of ours; null: absent here.</param>
/// <param name="Because">The rule that ours follows; only in a list of accepted differences.</param>
public sealed record Difference(
    [property: JsonPropertyName("at")] string At,
    [property: JsonPropertyName("recorded")] string? Recorded,
    [property: JsonPropertyName("ours")] string? Ours,
    [property: JsonPropertyName("because")] string? Because = null
)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string WriteList(IEnumerable<Difference> differences) =>
        JsonSerializer.Serialize(differences, Indented) + "\n";

    /// <summary>
    /// Deep comparison; member order counts where <paramref name="ordered"/> says so and inside <c>Content</c>.
    /// </summary>
    public static void Compare(string at, JsonNode? recorded, JsonNode? ours, bool ordered, IList<Difference> into)
    {
        if (recorded is JsonObject a && ours is JsonObject b)
        {
            foreach (var (key, value) in a)
                Compare(
                    $"{at}.{key}",
                    value,
                    b.TryGetPropertyValue(key, out var other) ? other : null,
                    ordered || key == "Content",
                    into,
                    b.ContainsKey(key)
                );
            foreach (var (key, value) in b.Where(m => !a.ContainsKey(m.Key)))
                into.Add(new Difference($"{at}.{key}", null, Text(value)));
            if (
                ordered
                && !a.Select(m => m.Key).Where(b.ContainsKey).SequenceEqual(b.Select(m => m.Key).Where(a.ContainsKey))
            )
                into.Add(
                    new Difference(
                        $"{at}: order of members",
                        string.Join(' ', a.Select(m => m.Key)),
                        string.Join(' ', b.Select(m => m.Key))
                    )
                );
            return;
        }

        if (recorded is JsonArray x && ours is JsonArray y && Names(x) is { } namesX && Names(y) is { } namesY)
        {
            foreach (var (name, index) in namesX.Select((n, i) => (n, i)))
            {
                var other = namesY.IndexOf(name);
                if (other < 0)
                    into.Add(new Difference($"{at}[{name}]", Text(x[index]), null));
                else
                    Compare($"{at}[{name}]", x[index], y[other], ordered, into);
            }

            foreach (var name in namesY.Except(namesX))
                into.Add(new Difference($"{at}[{name}]", null, Text(y[namesY.IndexOf(name)])));
            if (!namesX.Where(namesY.Contains).SequenceEqual(namesY.Where(namesX.Contains)))
                into.Add(new Difference($"{at}: order", string.Join(' ', namesX), string.Join(' ', namesY)));
            return;
        }

        if (recorded is JsonArray p && ours is JsonArray q && p.Count == q.Count)
        {
            for (var i = 0; i < p.Count; i++)
                Compare($"{at}[{i}]", p[i], q[i], ordered, into);
            return;
        }

        if (Text(recorded) != Text(ours))
            into.Add(new Difference(at, Text(recorded), Text(ours)));
    }

    private static void Compare(
        string at,
        JsonNode? recorded,
        JsonNode? ours,
        bool ordered,
        IList<Difference> into,
        bool present
    )
    {
        if (present)
            Compare(at, recorded, ours, ordered, into);
        else
            into.Add(new Difference(at, Text(recorded), null));
    }

    /// <summary>Unique names of the entries of a list of objects, or null.</summary>
    private static List<string>? Names(JsonArray list)
    {
        List<string> names = [];
        foreach (var entry in list)
        {
            if ((entry as JsonObject)?["Id"] is JsonValue id && (entry as JsonObject)?["PatchState"] is not null)
                names.Add(id.GetValue<string>());
            else if ((entry as JsonObject)?["TypeName"] is JsonValue type)
                names.Add(type.GetValue<string>());
            else
                return null;
        }

        return names.Count > 0 && names.Distinct(StringComparer.Ordinal).Count() == names.Count ? names : null;
    }

    private static string? Text(JsonNode? node) =>
        node?.ToJsonString(
            new JsonSerializerOptions
            {
                Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
