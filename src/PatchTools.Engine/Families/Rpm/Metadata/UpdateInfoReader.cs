using System.Buffers;
using System.Globalization;
using System.Text;
using PatchTools.Errors;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>What the advisories of a repository are handed to. Spans live until the call returns.</summary>
internal interface IUpdateInfoSink
{
    /// <summary>
    /// Whether a module stream is in use here; what a collection for another stream names does not concern this host.
    /// </summary>
    bool IsActive(ModuleStream stream);

    /// <summary>One package that the advisory names.</summary>
    void Add(Advisory advisory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> architecture, ReadOnlySpan<byte> edition);
}

/// <summary>
/// Reads <c>updateinfo.xml</c>: the vendor's advisories (reference 10 §6.2, in the reading that its QUIRKs call
/// correct).
/// </summary>
internal static class UpdateInfoReader
{
    // The form of Red Hat, Amazon, Oracle, Alma and Rocky; createrepo_c 0.17.3 writes it too:
    // <updates>
    //   <update from="oracle@example.org" status="final" type="security" version="1">
    //     <id>FAKE-SA-2026:0013</id>
    //     <title>module on</title>
    //     <issued date="2026-01-15 00:00:00"/>
    //     <updated date="2026-01-15 00:00:00"/>
    //     <severity>Important</severity>
    //     <references>
    //       <reference href="https://example.org/CVE-2026-0013" id="CVE-2026-0013" type="cve" title="CVE-2026-0013"/>
    //     </references>
    //     <pkglist>
    //       <collection short="fake">
    //         <name>fake</name>
    //         <module name="rmodon" stream="1" version="1" context="00000001" arch="x86_64"/>
    //         <package name="r-mod-on" version="1.1" release="1.module" epoch="0" arch="x86_64"
    //                  src="r-mod-on-1.1-1.module.src.rpm">
    //           <filename>…</filename><reboot_suggested>True</reboot_suggested></package>
    //       </collection>
    //     </pkglist>
    //   </update>
    // </updates>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>.</exception>
    public static void Read(Stream stream, string path, IUpdateInfoSink sink)
    {
        using var xml = new XmlScanner(stream, path);
        var isUpdateInfo = false;
        var draft = new AdvisoryDraft();
        while (xml.Read())
        {
            if (!xml.IsStart)
                continue;
            if (xml.Depth == 1)
                isUpdateInfo = xml.Name.SequenceEqual("updates"u8);
            else if (isUpdateInfo && xml.Name.SequenceEqual("update"u8))
                ReadUpdate(xml, draft, sink);
            else
                xml.Skip();
        }

        if (!isUpdateInfo)
            throw xml.Malformed("it is not a list of advisories");
    }

    private static void ReadUpdate(XmlScanner xml, AdvisoryDraft draft, IUpdateInfoSink sink)
    {
        var depth = xml.Depth;
        draft.Begin(Text(xml.Attribute("type"u8)), Text(xml.Attribute("status"u8)), Text(xml.Attribute("version"u8)));
        while (xml.Read() && (xml.IsStart || xml.Depth >= depth))
        {
            var tag = xml.Name;
            if (!xml.IsStart)
            {
                if (tag.EndsWith("_suggested"u8))
                    draft.Suggest(tag, xml.Text);

                // Collections and references have names and titles of their own.
                if (xml.Depth != depth)
                    continue;
                if (tag.SequenceEqual("id"u8))
                    draft.Id = Text(xml.Text);
                else if (tag.SequenceEqual("severity"u8))
                    draft.Severity = Text(xml.Text);
            }
            else if (tag.SequenceEqual("package"u8))
            {
                draft.AddPackage(xml);
            }
            else if (tag.SequenceEqual("collection"u8))
            {
                draft.BeginCollection();
            }
            else if (tag.SequenceEqual("module"u8))
            {
                draft.AddModule(
                    new ModuleStream(
                        Text(xml.Attribute("name"u8)),
                        Text(xml.Attribute("stream"u8)),
                        Text(xml.Attribute("context"u8)),
                        Text(xml.Attribute("arch"u8))
                    ),
                    sink
                );
            }
            else if (tag.SequenceEqual("reference"u8))
            {
                draft.AddReference(xml.Attribute("type"u8), xml);
            }
            else if (tag.SequenceEqual("issued"u8))
            {
                draft.Issued = Date(xml.Attribute("date"u8));
            }
            else if (tag.SequenceEqual("updated"u8))
            {
                draft.Updated = Date(xml.Attribute("date"u8));
            }
        }

        draft.End(sink);
    }

    private static string Text(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text.Trim(" \t\r\n"u8));

    // 2026-01-09 10:11:12 UTC | 2026-01-09 10:11:12 | 2026-01-09 10:11 | 2026-01-09 10 | 2026-01-09 |
    // 2026-01-09T10:11:12Z | 1767953472
    /// <summary>
    /// The forms that vendors write, as UTC; what follows a date and a time does not count (reference 11 §3.1). Null
    /// for anything else.
    /// </summary>
    internal static DateTimeOffset? Date(ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t\r\n"u8);
        if (text.Length is 0 or > 64)
            return null;
        var date = Encoding.UTF8.GetString(text);
        if (text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0)
            return text.Length is > 4 and < 12 && long.Parse(date, CultureInfo.InvariantCulture) is > 0 and var seconds
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
        foreach (
            var (length, format) in new[]
            {
                (19, "yyyy-MM-dd HH:mm:ss"),
                (16, "yyyy-MM-dd HH:mm"),
                (13, "yyyy-MM-dd HH"),
                (10, "yyyy-MM-dd"),
            }
        )
        {
            if (
                date.Length >= length
                && DateTimeOffset.TryParseExact(
                    date[..length].Replace('T', ' '),
                    format,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var instant
                )
            )
                return instant;
        }

        return null;
    }

    /// <summary>
    /// One advisory while it is read: what it names is only known to concern the host when its whole head is.
    /// </summary>
    private sealed class AdvisoryDraft
    {
        private readonly ArrayBufferWriter<byte> _text = new(1 << 16);
        private readonly List<(int Name, int Architecture, int Edition, int End)> _packages = [];
        private readonly List<string> _cves = [];
        private readonly List<string> _bugs = [];
        private string _type = "";
        private string _status = "";
        private string _version = "";

        /// <summary>The advisory's reference to itself: its id where the element is missing.</summary>
        private string _selfId = "";
        private bool _hasModules;
        private bool _concerns;
        private bool _rebootSuggested;
        private bool _restartSuggested;

        public string Id { get; set; } = "";

        public string Severity { get; set; } = "";

        public DateTimeOffset? Issued { get; set; }

        public DateTimeOffset? Updated { get; set; }

        public void Begin(string type, string status, string version)
        {
            _text.ResetWrittenCount();
            _packages.Clear();
            _cves.Clear();
            _bugs.Clear();
            (_type, _status, _version) = (type, status, version);
            _selfId = "";
            (Id, Severity, Issued, Updated) = ("", "", null, null);
            (_rebootSuggested, _restartSuggested) = (false, false);
            BeginCollection();
        }

        public void BeginCollection() => (_hasModules, _concerns) = (false, true);

        /// <summary>A collection for several streams concerns the host when one of them does.</summary>
        public void AddModule(ModuleStream stream, IUpdateInfoSink sink)
        {
            _concerns = (_hasModules && _concerns) || sink.IsActive(stream);
            _hasModules = true;
        }

        /// <summary>
        /// What one package suggests, its whole advisory does: <c>1</c>, <c>True</c>, or nothing at all.
        /// </summary>
        public void Suggest(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> text)
        {
            text = text.Trim(" \t\r\n"u8);
            if (!_concerns || (!text.IsEmpty && text[0] is not ((byte)'1' or (byte)'t' or (byte)'T')))
                return;
            _rebootSuggested |= tag.SequenceEqual("reboot_suggested"u8);
            _restartSuggested |= tag.SequenceEqual("restart_suggested"u8);
        }

        public void AddReference(ReadOnlySpan<byte> type, XmlScanner xml)
        {
            if (type.SequenceEqual("self"u8))
                _selfId = Text(xml.Attribute("id"u8));
            var list = IdsOf(type);
            var id = list is null ? "" : Text(xml.Attribute("id"u8));
            if (id.Length > 0 && !list!.Contains(id))
                list.Add(id);
        }

        private List<string>? IdsOf(ReadOnlySpan<byte> type)
        {
            if (Ascii.EqualsIgnoreCase(type, "cve"u8))
                return _cves;
            return Ascii.EqualsIgnoreCase(type, "bugzilla"u8) ? _bugs : null;
        }

        public void AddPackage(XmlScanner xml)
        {
            if (!_concerns)
                return;
            Span<byte> buffer = stackalloc byte[TextBuffer.Capacity];
            var text = new TextBuffer(buffer);
            text.Set(xml.Attribute("name"u8));
            var name = _text.WrittenCount;
            _text.Write(text.Bytes);
            text.Set(xml.Attribute("arch"u8));
            var architecture = _text.WrittenCount;
            _text.Write(text.Bytes);
            text.SetEdition(xml, "version"u8, "release"u8);
            var edition = _text.WrittenCount;
            _text.Write(text.Bytes);
            if (architecture > name && edition > architecture && text.Length > 0)
                _packages.Add((name, architecture, edition, _text.WrittenCount));
        }

        public void End(IUpdateInfoSink sink)
        {
            if (_packages.Count == 0)
                return;

            // The tools count an advisory without an id as any other.
            var id = new[] { Id, _selfId, Advisory.WithoutId }.First(i => i.Length > 0);
            var advisory = new Advisory
            {
                Id = id,
                Classification = _type,
                Severity = Severity,
                Date = Updated ?? Issued,
                CveIds = [.. _cves],
                BugzillaIds = [.. _bugs],
                RebootSuggested = _rebootSuggested,
                RestartSuggested = _restartSuggested,
                Status = _status,
                Version = _version,
            };
            var text = _text.WrittenSpan;
            foreach (var (name, architecture, edition, end) in _packages)
                sink.Add(advisory, text[name..architecture], text[architecture..edition], text[edition..end]);
        }
    }
}
