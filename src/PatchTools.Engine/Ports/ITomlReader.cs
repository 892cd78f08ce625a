namespace PatchTools.Ports;

/// <summary>Reads TOML documents: dnf 5 keeps its version locks and its module state in them.</summary>
public interface ITomlReader
{
    /// <summary>
    /// The document as nested values: a table is an <see cref="IReadOnlyDictionary{TKey, TValue}"/> of text to value,
    /// an array or array of tables an <see cref="IReadOnlyList{T}"/> of values; others are <see cref="string"/>,
    /// <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, or the text of a date.
    /// </summary>
    /// <exception cref="InvalidDataException">It is not TOML; the message says where and why.</exception>
    IReadOnlyDictionary<string, object> Read(string text);
}
