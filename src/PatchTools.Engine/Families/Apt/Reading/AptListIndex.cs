using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Ports;

namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// Reads the lists of repositories, or what a <see cref="ListIndex"/> remembers of them: the fields of every stanza
/// that a scan asks for.
/// </summary>
internal sealed class AptListIndex(ListIndex index, IDecompressor decompressor)
{
    /// <summary>Hands the stanzas of a list to a sink.</summary>
    /// <param name="list">The list.</param>
    /// <param name="isVerified">
    /// Its bytes are those that were promised. Otherwise every stanza must be that of a package.
    /// </param>
    /// <param name="sink">Who is handed the stanzas.</param>
    /// <returns>Bytes of plain text that the list holds.</returns>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/> or
    /// <see cref="PatchErrors.UnsupportedCompression"/>.</exception>
    public long Read(OpenList list, bool isVerified, ref AptIndexSink sink)
    {
        // Source packages are asked for only where a pin names one.
        var asked = sink.WantsSources ? "sources" : "";
        using var known = index.Load(list, asked);
        if (known is not null)
            return Replay(known, ref sink);
        using var stream = AptListFiles.Open(list, decompressor);
        if (index.Begin(list, asked) is not { } writer)
            return StanzaReader.Read(stream, list.Path, ref sink, isStrict: !isVerified);
        var recorder = new Recorder(sink, writer);
        var read = StanzaReader.Read(stream, list.Path, ref recorder, isStrict: !isVerified);
        writer.Text(default(ReadOnlySpan<byte>));
        writer.Number(read);
        index.Save(list, writer);
        return read;
    }

    /// <summary>A stanza without a name ends them; the length of the list follows.</summary>
    private static long Replay(ListIndexReader reader, ref AptIndexSink sink)
    {
        while (reader.Next() && reader.Text() is { IsEmpty: false } package)
        {
            var stanza = new PackageStanza
            {
                Package = package,
                Version = reader.Text(),
                Architecture = reader.Word(),
                Priority = reader.Word(),
                Section = reader.Word(),
                PhasedPercentage = reader.Word(),
                Source = reader.Word(),
                Hash = reader.Hash(),
                Size = (ulong)reader.Number(),
                IsHashed = true,
            };
            sink.Add(stanza);
        }

        return reader.Number();
    }

    private readonly struct Recorder(AptIndexSink sink, ListIndexWriter writer) : IStanzaSink
    {
        public static bool ReadsStatus => false;

        public void Add(in PackageStanza stanza)
        {
            var hashed = stanza;
            hashed.Hash = VersionHash.Of(stanza.Text, out hashed.Size);
            hashed.Source = sink.WantsSources ? AptIndexSink.SourceOf(stanza.Text) : default;
            hashed.IsHashed = true;
            writer.Text(hashed.Package);
            writer.Text(hashed.Version);
            writer.Word(hashed.Architecture);
            writer.Word(hashed.Priority);
            writer.Word(hashed.Section);
            writer.Word(hashed.PhasedPercentage);
            writer.Word(hashed.Source);
            writer.Hash(hashed.Hash);
            writer.Number((long)hashed.Size);
            sink.Add(hashed);
        }
    }
}
