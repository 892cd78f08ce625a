using PatchTools.Model;

namespace PatchTools.Ports;

/// <summary>Reads install override lists: YAML, or JSON as its subset (reference 05 §2.2).</summary>
public interface IOverrideListReader
{
    /// <summary>
    /// The entries of <c>patches</c> in their order; empty where the document has none. Ids and titles are text as
    /// written: <c>1.10</c>, <c>010</c> and <c>yes</c> stay what they are. Of equal keys the last one counts; other
    /// keys than <c>patches</c>, <c>id</c> and <c>title</c> mean nothing.
    /// </summary>
    /// <param name="content">The whole document: UTF-8, or UTF-16 with its byte-order mark; at most 1 MiB.</param>
    /// <exception cref="OverrideListException">It is no such list, or no YAML.</exception>
    IReadOnlyList<OverrideEntry> Read(ReadOnlyMemory<byte> content);
}

/// <summary>
/// A document is not an install override list. The message says what is wrong and what to write instead; the place
/// stands beside it, not in it.
/// </summary>
public sealed class OverrideListException : Exception
{
    /// <param name="message">One or two sentences.</param>
    /// <param name="line">From 1.</param>
    /// <param name="column">From 1, in UTF-16 code units.</param>
    public OverrideListException(string message, int line, int column)
        : base(message)
    {
        Line = line;
        Column = column;
    }

    public int Line { get; }

    public int Column { get; }
}
