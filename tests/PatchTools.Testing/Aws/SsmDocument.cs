using System.Text.RegularExpressions;
using PatchTools.Testing.Rigs;
using Xunit;
using YamlDotNet.Serialization;

namespace PatchTools.Testing.Aws;

/// <summary>A parameter of a document.</summary>
/// <param name="Name">As declared.</param>
/// <param name="Default">Null: required.</param>
/// <param name="Pattern">What the service holds a value against; null for none.</param>
/// <param name="Values">The only values; empty for any.</param>
/// <param name="Interpolation"><c>ENV_VAR</c>: agents from 3.3.2746.0 on give the value as the variable
/// <c>SSM_NAME</c>.</param>
public sealed record DocumentParameter(
    string Name,
    string? Default,
    string? Pattern,
    IReadOnlyList<string> Values,
    string? Interpolation
);

/// <summary>One of the SSM documents that ship with the module, as the service and its agent treat them.</summary>
public sealed partial class SsmDocument
{
    private readonly Dictionary<object, object> _content;

    private SsmDocument(string path)
    {
        Text = File.ReadAllText(path);
        _content = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(Text);
        Parameters =
        [
            .. ((Dictionary<object, object>)_content["parameters"]).Select(p =>
                Parameter((string)p.Key, (Dictionary<object, object>)p.Value)
            ),
        ];
    }

    /// <summary>Where the build puts them.</summary>
    public static string Folder { get; } =
        Path.Combine(BuiltHost.RepositoryRoot, "artifacts", "PatchTools", "documents");

    public static IReadOnlyList<string> Names =>
        [
            .. Directory
                .GetFiles(Folder, "*.yaml")
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .Order(StringComparer.Ordinal),
        ];

    public string Text { get; }

    public string SchemaVersion => (string)_content["schemaVersion"];

    public IReadOnlyList<DocumentParameter> Parameters { get; }

    public IReadOnlyList<IReadOnlyDictionary<object, object>> Steps =>
        [.. ((List<object>)_content["mainSteps"]).Cast<Dictionary<object, object>>()];

    public static SsmDocument Load(string name) => new(Path.Combine(Folder, name + ".yaml"));

    public IReadOnlyDictionary<object, object> Step(string name) => Steps.Single(step => (string)step["name"] == name);

    public IReadOnlyDictionary<object, object> Inputs(string step) => (Dictionary<object, object>)Step(step)["inputs"];

    /// <summary>The script of a step as written.</summary>
    public string Script(string step) => string.Join('\n', ((List<object>)Inputs(step)["runCommand"]).Cast<string>());

    /// <summary>
    /// The script of a step as the agent runs it: the service has judged the parameters, the agent puts them in.
    /// </summary>
    public string Script(string step, params (string Name, string Value)[] values)
    {
        var given = values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
        Assert.Empty(given.Keys.Except(Parameters.Select(p => p.Name)));
        var script = Script(step);
        foreach (var parameter in Parameters)
        {
            var value =
                given.GetValueOrDefault(parameter.Name)
                ?? parameter.Default
                ?? throw new ArgumentException($"{parameter.Name} is required.", nameof(values));
            Assert.True(Accepts(parameter, value), $"the service refuses {parameter.Name} \"{value}\"");
            script = Regex.Replace(script, @"\{\{ *" + parameter.Name + @" *\}\}", _ => value);
        }

        return script;
    }

    /// <summary>What the service says to a value.</summary>
    public static bool Accepts(DocumentParameter parameter, string value) =>
        (parameter.Values.Count == 0 || parameter.Values.Contains(value))
        && (parameter.Pattern is null || Regex.IsMatch(value, parameter.Pattern));

    /// <summary>What is put in, as declared parameters, outputs of steps, or the service's own variables.</summary>
    public IEnumerable<string> Placeholders =>
        PlaceholderForm().Matches(Text).Select(m => m.Groups[1].Value).Distinct();

    private static DocumentParameter Parameter(string name, Dictionary<object, object> facts) =>
        new(
            name,
            facts.TryGetValue("default", out var standard) ? (string)standard : null,
            facts.TryGetValue("allowedPattern", out var pattern) ? (string)pattern : null,
            facts.TryGetValue("allowedValues", out var values) ? [.. ((List<object>)values).Cast<string>()] : [],
            facts.TryGetValue("interpolationType", out var interpolation) ? (string)interpolation : null
        );

    [GeneratedRegex(@"\{\{ *([^}]+?) *\}\}")]
    private static partial Regex PlaceholderForm();
}
