using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Ports;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>
/// Reads the large lists of a repository, or what a <see cref="ListIndex"/> remembers of them: the calls that their
/// reader made to its sink, in their order.
/// </summary>
internal sealed class MetadataIndex(ListIndex index, IDecompressor decompressor)
{
    private enum Call : byte
    {
        Provides = 1,
        Obsoletes = 2,
        Vendor = 3,
        Package = 4,
        Advisory = 5,
        AdvisoryPackage = 6,
        TemporaryFix = 7,
    }

    /// <summary>Hands the packages of a primary list to a sink.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>.</exception>
    public void ReadPrimary(OpenList list, IPrimarySink sink)
    {
        var asked = (sink.WantsProvides ? "provides" : "") + (sink.WantsTemporaryFixes ? "temporary fixes" : "");
        using var known = index.Load(list, asked);
        if (known is not null)
        {
            Replay(known, sink);
            return;
        }

        var writer = index.Begin(list, asked);
        using var stream = MetadataFile.Open(list, decompressor);
        PrimaryReader.Read(stream, list.Path, writer is null ? sink : new PrimaryRecorder(sink, writer));
        if (writer is not null)
            index.Save(list, writer);
    }

    /// <summary>
    /// Hands the advisories of a list to a sink. Which collections concern the host was decided by its module streams:
    /// an index is good while they answer as they did.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>.</exception>
    public void ReadAdvisories(OpenList list, IUpdateInfoSink sink)
    {
        using var known = index.Load(list);
        if (known is not null && Replay(known, sink))
            return;
        using var stream = MetadataFile.Open(list, decompressor);
        if (index.Begin(list) is not { } writer)
        {
            UpdateInfoReader.Read(stream, list.Path, sink);
            return;
        }

        var recorder = new AdvisoryRecorder(sink);
        UpdateInfoReader.Read(stream, list.Path, recorder);
        recorder.WriteTo(writer);
        index.Save(list, writer);
    }

    private static void Replay(ListIndexReader reader, IPrimarySink sink)
    {
        while (reader.Next())
        {
            switch ((Call)reader.Number())
            {
                case Call.Provides:
                    sink.Provides(reader.Text());
                    break;
                case Call.Obsoletes:
                    sink.Obsoletes(reader.Text(), reader.Word(), reader.Text());
                    break;
                case Call.Vendor:
                    sink.Vendor(reader.Word());
                    break;
                case Call.TemporaryFix:
                    sink.TemporaryFix();
                    break;
                default:
                    sink.Add(reader.Text(), reader.Word(), reader.Text(), reader.Number());
                    break;
            }
        }
    }

    /// <returns>False, with nothing handed over, when a module stream answers otherwise than when the list was
    /// read.</returns>
    private static bool Replay(ListIndexReader reader, IUpdateInfoSink sink)
    {
        reader.Next();
        for (var streams = reader.Number(); streams > 0; streams--)
        {
            reader.Next();
            var stream = new ModuleStream(reader.String(), reader.String(), reader.String(), reader.String());
            if (sink.IsActive(stream) != (reader.Number() != 0))
                return false;
        }

        Advisory? advisory = null;
        while (reader.Next())
        {
            if ((Call)reader.Number() == Call.Advisory)
            {
                advisory = new Advisory
                {
                    Id = reader.String(),
                    Classification = reader.String(),
                    Severity = reader.String(),
                    Date = reader.Number() is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null,
                    RebootSuggested = reader.Number() != 0,
                    RestartSuggested = reader.Number() != 0,
                    CveIds = reader.Strings(),
                    BugzillaIds = reader.Strings(),
                    Status = reader.String(),
                    Version = reader.String(),
                };
            }
            else
            {
                sink.Add(advisory!, reader.Text(), reader.Word(), reader.Text());
            }
        }

        return true;
    }

    private sealed class PrimaryRecorder(IPrimarySink sink, ListIndexWriter writer) : IPrimarySink
    {
        public bool WantsProvides => sink.WantsProvides;

        public bool WantsTemporaryFixes => sink.WantsTemporaryFixes;

        public void TemporaryFix()
        {
            writer.Number((long)Call.TemporaryFix);
            sink.TemporaryFix();
        }

        public void Provides(ReadOnlySpan<byte> name)
        {
            writer.Number((long)Call.Provides);
            writer.Text(name);
            sink.Provides(name);
        }

        public void Obsoletes(ReadOnlySpan<byte> name, ReadOnlySpan<byte> flags, ReadOnlySpan<byte> edition)
        {
            writer.Number((long)Call.Obsoletes);
            writer.Text(name);
            writer.Word(flags);
            writer.Text(edition);
            sink.Obsoletes(name, flags, edition);
        }

        public void Vendor(ReadOnlySpan<byte> vendor)
        {
            writer.Number((long)Call.Vendor);
            writer.Word(vendor);
            sink.Vendor(vendor);
        }

        public void Add(
            ReadOnlySpan<byte> name,
            ReadOnlySpan<byte> architecture,
            ReadOnlySpan<byte> edition,
            long buildTime
        )
        {
            writer.Number((long)Call.Package);
            writer.Text(name);
            writer.Word(architecture);
            writer.Text(edition);
            writer.Number(Math.Max(0, buildTime));
            sink.Add(name, architecture, edition, buildTime);
        }
    }

    /// <summary>
    /// The answers about module streams go before the advisories, so that they can be asked again first.
    /// </summary>
    private sealed class AdvisoryRecorder(IUpdateInfoSink sink) : IUpdateInfoSink
    {
        private readonly Dictionary<ModuleStream, bool> _streams = [];
        private readonly ListIndexWriter _advisories = new();
        private Advisory? _current;

        public bool IsActive(ModuleStream stream) => _streams[stream] = sink.IsActive(stream);

        public void Add(
            Advisory advisory,
            ReadOnlySpan<byte> name,
            ReadOnlySpan<byte> architecture,
            ReadOnlySpan<byte> edition
        )
        {
            if (!ReferenceEquals(advisory, _current))
                Begin(advisory);
            _advisories.Number((long)Call.AdvisoryPackage);
            _advisories.Text(name);
            _advisories.Word(architecture);
            _advisories.Text(edition);
            sink.Add(advisory, name, architecture, edition);
        }

        public void WriteTo(ListIndexWriter writer)
        {
            writer.Number(_streams.Count);
            foreach (var (stream, isActive) in _streams)
            {
                writer.Text(stream.Name);
                writer.Text(stream.Stream);
                writer.Text(stream.Context);
                writer.Text(stream.Architecture);
                writer.Number(isActive ? 1 : 0);
            }

            writer.Raw(_advisories.Written);
        }

        private void Begin(Advisory advisory)
        {
            _current = advisory;
            _advisories.Number((long)Call.Advisory);
            _advisories.Text(advisory.Id);
            _advisories.Text(advisory.Classification);
            _advisories.Text(advisory.Severity);
            _advisories.Number(advisory.Date?.UtcTicks ?? 0);
            _advisories.Number(advisory.RebootSuggested ? 1 : 0);
            _advisories.Number(advisory.RestartSuggested ? 1 : 0);
            _advisories.Texts(advisory.CveIds);
            _advisories.Texts(advisory.BugzillaIds);
            _advisories.Text(advisory.Status);
            _advisories.Text(advisory.Version);
        }
    }
}
