using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PatchTools.Testing.Aws;

/// <summary>
/// What the model of SSM (botocore's <c>service-2.json</c>) demands of a request: required members, types, lengths,
/// ranges, patterns, enumerations. The service checks these; the SDK for .NET checks next to none.
/// </summary>
public sealed class ServiceModel
{
    private static readonly string[] Facts = ["required", "enum", "pattern", "min", "max"];

    /// <summary>Values that AWS has documented since the model was derived.</summary>
    private static readonly Dictionary<string, string[]> LaterValues = new()
    {
        ["OperatingSystem"] = ["ALMA_LINUX", "AMAZON_LINUX_2023"],
    };

    private static readonly Lazy<ServiceModel> Embedded = new(() =>
    {
        using var stream = typeof(ServiceModel).Assembly.GetManifestResourceStream("ssm-model.json")!;
        return new ServiceModel(JsonNode.Parse(stream)!.AsObject());
    });

    private readonly JsonObject _operations;
    private readonly JsonObject _shapes;

    private ServiceModel(JsonObject document)
    {
        Document = document;
        _operations = document["operations"]!.AsObject();
        _shapes = document["shapes"]!.AsObject();
    }

    /// <summary>The model that is checked in beside this file.</summary>
    public static ServiceModel Default => Embedded.Value;

    public IEnumerable<string> Operations => _operations.Select(o => o.Key);

    /// <summary>
    /// The derived document: <c>operations</c> (name → input shape) and <c>shapes</c> (name → facts).
    /// </summary>
    public JsonObject Document { get; }

    /// <summary>Keeps of botocore's model what requests of <paramref name="operations"/> must obey.</summary>
    /// <param name="path"><c>service-2.json</c>, or the same with <c>.gz</c>.</param>
    /// <param name="operations">Their names.</param>
    public static ServiceModel Derive(string path, IEnumerable<string> operations)
    {
        using var file = File.OpenRead(path);
        using Stream plain = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
        var source = JsonNode.Parse(plain)!;
        var shapes = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        var inputs = new JsonObject();
        foreach (var operation in operations.Order(StringComparer.Ordinal))
        {
            var input = (string)source["operations"]![operation]!["input"]!["shape"]!;
            inputs.Add(operation, input);
            Collect(source["shapes"]!.AsObject(), input, shapes);
        }

        return new ServiceModel(new JsonObject { ["operations"] = inputs, ["shapes"] = new JsonObject(shapes) });
    }

    /// <summary>Everything that is wrong with a request; empty when the service would take it.</summary>
    public IReadOnlyList<string> Validate(string operation, JsonElement request)
    {
        if (_operations[operation] is not { } input)
            return [$"unknown operation {operation}"];
        var errors = new List<string>();
        Check((string)input!, request, "$", errors);
        return errors;
    }

    private static void Collect(JsonObject source, string name, SortedDictionary<string, JsonNode?> shapes)
    {
        if (shapes.ContainsKey(name))
            return;
        var shape = source[name]!.AsObject();
        var facts = new JsonObject { ["type"] = shape["type"]!.DeepClone() };
        shapes.Add(name, facts);
        var references = new List<string>();
        if (shape["members"] is JsonObject members)
        {
            facts["members"] = new JsonObject(
                members.Select(m => KeyValuePair.Create(m.Key, m.Value!["shape"]?.DeepClone()))
            );
            references.AddRange(members.Select(m => (string)m.Value!["shape"]!));
        }

        foreach (var part in new[] { "member", "key", "value" })
        {
            if (shape[part] is { } reference)
            {
                facts[part] = reference["shape"]!.DeepClone();
                references.Add((string)reference["shape"]!);
            }
        }

        foreach (var fact in Facts)
        {
            if (shape[fact] is { } value)
                facts[fact] = value.DeepClone();
        }

        foreach (var reference in references)
            Collect(source, reference, shapes);
    }

    private void Check(string name, JsonElement value, string place, List<string> errors)
    {
        var shape = _shapes[name]!;
        var type = (string)shape["type"]!;
        var wanted = type switch
        {
            "structure" or "map" => value.ValueKind == JsonValueKind.Object,
            "list" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "integer" or "long" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "timestamp" => value.ValueKind == JsonValueKind.Number,
            _ => throw new InvalidDataException($"The model has the unknown type {type}."),
        };
        if (!wanted)
        {
            errors.Add($"{place}: wanted {type} ({name}), got {value.ValueKind}");
            return;
        }

        switch (type)
        {
            case "structure":
                CheckStructure(name, shape, value, place, errors);
                break;
            case "map":
                CheckRange(name, shape, value.EnumerateObject().Count(), place, errors);
                foreach (var entry in value.EnumerateObject())
                {
                    using var key = JsonDocument.Parse(JsonSerializer.Serialize(entry.Name));
                    Check((string)shape["key"]!, key.RootElement, $"{place} key {entry.Name}", errors);
                    Check((string)shape["value"]!, entry.Value, $"{place}[{entry.Name}]", errors);
                }

                break;
            case "list":
                CheckRange(name, shape, value.GetArrayLength(), place, errors);
                var index = 0;
                foreach (var item in value.EnumerateArray())
                    Check(
                        (string)shape["member"]!,
                        item,
                        string.Create(CultureInfo.InvariantCulture, $"{place}[{index++}]"),
                        errors
                    );
                break;
            case "string":
                CheckText(name, shape, value.GetString()!, place, errors);
                break;
            case "integer" or "long":
                CheckRange(name, shape, value.GetInt64(), place, errors);
                break;
        }
    }

    private void CheckStructure(string name, JsonNode shape, JsonElement value, string place, List<string> errors)
    {
        foreach (var required in shape["required"]?.AsArray() ?? [])
        {
            if (!value.TryGetProperty((string)required!, out _))
                errors.Add($"{place}: lacks the required {required}");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            if (!seen.Add(member.Name))
                errors.Add($"{place}: {member.Name} comes twice");
            if (shape["members"]![member.Name] is { } reference)
                Check((string)reference!, member.Value, $"{place}.{member.Name}", errors);
            else
                errors.Add($"{place}: {name} has no member {member.Name}");
        }
    }

    private static void CheckText(string name, JsonNode shape, string text, string place, List<string> errors)
    {
        CheckRange(
            name,
            shape,
            new StringInfo(text).LengthInTextElements == text.Length ? text.Length : text.EnumerateRunes().Count(),
            place,
            errors
        );
        if (
            shape["enum"] is JsonArray values
            && !values.Any(v => (string)v! == text)
            && !LaterValues.GetValueOrDefault(name, []).Contains(text)
        )
            errors.Add($"{place}: {text} is none of {name}");
        if (
            shape["pattern"] is { } pattern
            && !Regex.IsMatch(text, (string)pattern!, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5))
        )
            errors.Add($"{place}: {text} does not match {name} {pattern}");
    }

    private static void CheckRange(string name, JsonNode shape, long actual, string place, List<string> errors)
    {
        if (shape["min"] is { } min && actual < (long)min)
            errors.Add(
                string.Create(CultureInfo.InvariantCulture, $"{place}: {actual} is under the minimum {min} of {name}")
            );
        if (shape["max"] is { } max && actual > (long)max)
            errors.Add(
                string.Create(CultureInfo.InvariantCulture, $"{place}: {actual} is over the maximum {max} of {name}")
            );
    }
}
