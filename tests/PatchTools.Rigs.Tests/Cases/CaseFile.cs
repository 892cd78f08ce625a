using System.Text.Json;

namespace PatchTools.Rigs.Tests.Cases;

/// <summary>One case as it lies in the repository: <c>tests/Cases/NAME.json</c>.</summary>
/// <param name="Expected">What is right, for people.</param>
/// <param name="Want">What the output must and must not hold, one condition each.</param>
/// <param name="Cmd">Lines of the shell script that builds the host and judges it.</param>
/// <param name="Files">Inputs by file name.</param>
internal sealed record CaseFile(
    string Expected,
    IReadOnlyList<string> Want,
    IReadOnlyList<string> Cmd,
    IReadOnlyDictionary<string, JsonElement> Files
)
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Cases");

    public static IEnumerable<string> Names =>
        Directory
            .GetFiles(Folder, "*.json")
            .Select(f => Path.GetFileNameWithoutExtension(f))
            .Order(StringComparer.Ordinal);

    public static CaseFile Read(string name) =>
        JsonSerializer.Deserialize<CaseFile>(File.ReadAllText(Path.Combine(Folder, $"{name}.json")), _json)!;

    /// <summary>Writes the script and its inputs into a folder.</summary>
    /// <returns>Path of the script.</returns>
    public string Unpack(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, content) in Files)
            File.WriteAllText(Path.Combine(folder, name), content.GetRawText());
        var script = Path.Combine(folder, "cmd");
        File.WriteAllText(script, $"here='{folder}'; . '{Folder}/_tools/lib.sh'\n{string.Join('\n', Cmd)}\n");
        return script;
    }
}
