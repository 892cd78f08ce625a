using System.Globalization;
using PatchTools.Ports;
using Tomlyn;
using Tomlyn.Model;

namespace PatchTools.Adapters.Toml;

/// <summary>TOML through Tomlyn.</summary>
public sealed class TomlReader : ITomlReader
{
    /// <summary>More than any real file of dnf's, and little enough to hold in memory several times over.</summary>
    private const int MaxCharacters = 4 << 20;

    public IReadOnlyDictionary<string, object> Read(string text)
    {
        if (text.Length > MaxCharacters)
            throw new InvalidDataException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"it has {text.Length} characters; the limit is {MaxCharacters}"
                )
            );
        try
        {
            return TomlSerializer.Deserialize(text, TomlTables.Default.TomlTable) is { } table
                ? Plain(table)
                : new Dictionary<string, object>(StringComparer.Ordinal);
        }
        catch (TomlException e)
        {
            throw new InvalidDataException(e.Message.Split('\n')[0].Trim(), e);
        }
    }

    private static Dictionary<string, object> Plain(TomlTable table)
    {
        Dictionary<string, object> members = new(StringComparer.Ordinal);
        foreach (var (key, value) in table)
            members[key] = Plain(value);
        return members;
    }

    private static object Plain(object? value) =>
        value switch
        {
            TomlTable table => Plain(table),
            TomlTableArray tables => tables.Select(t => (object)Plain(t)).ToList(),
            TomlArray array => array.Select(item => Plain(item)).ToList(),
            string or long or double or bool => value,
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
}
