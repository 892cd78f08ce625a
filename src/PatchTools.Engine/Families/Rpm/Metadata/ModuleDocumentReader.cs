using System.Globalization;
using System.Text;
using PatchTools.Errors;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>
/// Reads the handful of members of <c>modules.yaml</c> that decide which packages are visible. The layout is
/// libmodulemd's: documents between <c>---</c> lines, nested by indentation, lists in either style; everything else is
/// passed over by its indentation. A repository of Red Hat's has ten megabytes of them, which a general YAML reader
/// needs longer for than dnf for the whole answer.
/// </summary>
internal sealed class ModuleDocumentReader
{
    /// <summary>Red Hat's have 10 MB.</summary>
    private const int MaxBytes = 256 << 20;

    private const int MaxDepth = 32;

    private readonly string _path;
    private readonly string[] _lines;
    private readonly List<(int Indent, string Key)> _keys = [];
    private readonly List<ModuleDocument> _streams = [];
    private readonly List<ModuleDefault> _defaults = [];
    private int _line;

    // Of the present document.
    private string _kind = "";
    private string _name = "";
    private string _stream = "";
    private string _version = "";
    private string _context = "";
    private bool _isStatic;
    private string _architecture = "";
    private string _module = "";
    private List<string> _artifacts = [];
    private List<string> _demodularized = [];
    private List<Dictionary<string, IReadOnlyList<string>>> _requires = [];

    private ModuleDocumentReader(string text, string path)
    {
        _path = path;
        _lines = text.Split('\n');
    }

    // libmodulemd 2.14.0:
    // ---
    // document: modulemd
    // version: 2
    // data:
    //   name: nodejs
    //   stream: "18"
    //   version: 8070020221209140102
    //   context: bd1311ed
    //   arch: x86_64
    //   summary: Javascript runtime
    //   description: >-
    //     Node.js is a platform built on Chrome's JavaScript runtime.
    //   license:
    //     module:
    //     - MIT
    //   dependencies:
    //   - buildrequires:
    //       platform: [el8.7.0]
    //     requires:
    //       platform: [el8]
    //   artifacts:
    //     rpms:
    //     - nodejs-1:18.12.1-2.module+el8.7.0+17306+fc023f99.x86_64
    // ...
    // ---
    // document: modulemd-defaults
    // version: 1
    // data:
    //   module: nodejs
    //   stream: "10"
    // ...
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>.</exception>
    public static ModuleDocuments Read(Stream stream, string path)
    {
        var reader = new ModuleDocumentReader(ReadWhole(stream, path), path);
        reader.ReadLines();
        return new ModuleDocuments(reader._streams, reader._defaults);
    }

    private static string ReadWhole(Stream stream, string path)
    {
        using var plain = new MemoryStream();
        try
        {
            var buffer = new byte[1 << 16];
            int read;
            while ((read = stream.Read(buffer, 0, buffer.Length)) > 0)
            {
                if (plain.Length + read > MaxBytes)
                    throw new PatchToolsException(
                        PatchErrors.RepositoryMetadataMalformed,
                        $"{path} has more than {MaxBytes >> 20} MiB of module documents.",
                        path
                    );
                plain.Write(buffer, 0, read);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new PatchToolsException(
                PatchErrors.RepositoryMetadataMalformed,
                $"{path} cannot be read: {e.Message}",
                path,
                e
            );
        }

        return Encoding.UTF8.GetString(plain.GetBuffer(), 0, (int)plain.Length);
    }

    private void ReadLines()
    {
        for (; _line < _lines.Length; _line++)
        {
            var line = _lines[_line].TrimEnd('\r', ' ');
            if (line is "---" or "..." || line.StartsWith("--- ", StringComparison.Ordinal))
                EndDocument();
            else if (line.Length > 0)
                ReadLine(line);
        }

        EndDocument();
    }

    private void ReadLine(string line)
    {
        var indent = Indent(line);
        var content = line.AsSpan(indent);
        if (content.IsEmpty || content[0] == '#')
            return;
        if (content[0] == '\t')
            throw Malformed("a tab indents it");

        // A list may stand as deep as its key.
        while (_keys.Count > 0 && (_keys[^1].Indent > indent || (_keys[^1].Indent == indent && content[0] != '-')))
            _keys.RemoveAt(_keys.Count - 1);
        while (content is "-" || content.StartsWith("- "))
        {
            BeginItem();
            var inner = content.Length > 1 ? content[1..].TrimStart(' ') : [];
            indent += content.Length - inner.Length;
            content = inner;
            if (content.IsEmpty)
                return;
            while (_keys.Count > 0 && _keys[^1].Indent >= indent)
                _keys.RemoveAt(_keys.Count - 1);
        }

        var colon = KeyEnd(content);
        if (colon < 0)
        {
            Add(Scalar(content, indent));
            return;
        }

        if (_keys.Count == MaxDepth)
            throw Malformed($"it lies more than {MaxDepth} deep");
        _keys.Add((indent, Unquoted(content[..colon])));
        Value(content[(colon + 1)..].TrimStart(' '), indent);
    }

    private void Value(ReadOnlySpan<char> value, int indent)
    {
        if (value.IsEmpty || value[0] == '#')
            return;
        switch (value[0])
        {
            case '|' or '>':
                SkipDeeper(indent);
                break;
            case '[' or '{':
                new FlowReader(this, Gathered(value)).Read();
                break;
            default:
                Set(Scalar(value, indent));
                break;
        }
    }

    /// <summary>Lines of a block of text, and of a plain text that goes on: whatever is indented further.</summary>
    private void SkipDeeper(int indent)
    {
        while (
            _line + 1 < _lines.Length
            && (_lines[_line + 1].AsSpan().Trim().IsEmpty || Indent(_lines[_line + 1]) > indent)
        )
            _line++;
    }

    private string Scalar(ReadOnlySpan<char> text, int indent)
    {
        if (text[0] is '"' or '\'')
            return Unquoted(Gathered(text));
        var comment = text.IndexOf(" #");
        var plain = (comment < 0 ? text : text[..comment]).TrimEnd().ToString();
        if (
            _line + 1 < _lines.Length
            && Indent(_lines[_line + 1]) > indent
            && KeyEnd(_lines[_line + 1].AsSpan().Trim()) < 0
        )
            SkipDeeper(indent);
        return plain;
    }

    /// <summary>The text up to its closing quote or bracket, which may stand some lines on.</summary>
    private string Gathered(ReadOnlySpan<char> first)
    {
        if (Closed(first) is var end and > 0)
            return first[..end].ToString();
        var text = new StringBuilder().Append(first);
        while (++_line < _lines.Length)
        {
            text.Append(' ').Append(_lines[_line].AsSpan().Trim());
            var gathered = text.ToString();
            if (Closed(gathered) is var last and > 0)
                return gathered[..last];
            if (text.Length > MaxBytes >> 4)
                break;
        }

        throw Malformed("a quote or bracket is never closed");
    }

    /// <summary>
    /// Length up to where the quote or bracket that the text begins with is closed; -1 when it is not.
    /// </summary>
    private static int Closed(ReadOnlySpan<char> text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' or '\'':
                    var quote = QuoteEnd(text[i..]);
                    if (quote < 0)
                        return -1;
                    i += quote;
                    break;
                case '[' or '{':
                    depth++;
                    break;
                case ']' or '}':
                    depth--;
                    break;
                default:
                    break;
            }

            if (depth == 0)
                return i + 1;
        }

        return -1;
    }

    private static int QuoteEnd(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && text[0] == '"')
                i++;
            else if (text[i] == text[0] && text[0] == '\'' && i + 1 < text.Length && text[i + 1] == '\'')
                i++;
            else if (text[i] == text[0])
                return i;
        }

        return -1;
    }

    /// <summary>Index of the colon behind a key, or -1: the text is a value.</summary>
    private static int KeyEnd(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] is '[' or '{')
            return -1;
        var from = text[0] is '"' or '\'' ? QuoteEnd(text) + 1 : 0;
        if (from == 0 && text[0] is '"' or '\'')
            return -1;
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == ':' && (i + 1 == text.Length || text[i + 1] == ' '))
                return i;
            if (text[i] == '#' && i > 0 && text[i - 1] == ' ')
                return -1;
        }

        return -1;
    }

    private static string Unquoted(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.Length < 2 || text[0] is not ('"' or '\'') || text[^1] != text[0])
            return text.ToString();
        var inner = text[1..^1].ToString();
        return text[0] == '\''
            ? inner.Replace("''", "'", StringComparison.Ordinal)
            : inner.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
    }

    private static int Indent(string line)
    {
        var indent = 0;
        while (indent < line.Length && line[indent] == ' ')
            indent++;
        return indent;
    }

    private bool At(params ReadOnlySpan<string> path)
    {
        if (_keys.Count != path.Length)
            return false;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != "*" && _keys[i].Key != path[i])
                return false;
        }

        return true;
    }

    private void BeginItem()
    {
        if (At("data", "dependencies"))
            _requires.Add(new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal));
    }

    private void Set(string value)
    {
        if (At("document"))
            _kind = value;
        else if (At("data", "name"))
            _name = value;
        else if (At("data", "stream"))
            _stream = value;
        else if (At("data", "version"))
            _version = value;
        else if (At("data", "context"))
            _context = value;
        else if (At("data", "static_context"))
            _isStatic = value.ToLowerInvariant() is "true" or "yes" or "on" or "y";
        else if (At("data", "arch"))
            _architecture = value;
        else if (At("data", "module"))
            _module = value;
        else
            Add(value);
    }

    /// <summary>An entry of a list, or a value that stands where a list could.</summary>
    private void Add(string item)
    {
        if (At("data", "artifacts", "rpms"))
            _artifacts.Add(item);
        else if (At("data", "demodularized", "rpms"))
            _demodularized.Add(item);
        else if (At("data", "dependencies", "requires", "*"))
            Require(item);
    }

    /// <summary>A module is required; without items any stream will do.</summary>
    private void Require(string? stream)
    {
        if (_requires.Count == 0)
            _requires.Add(new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal));
        var streams = _requires[^1].GetValueOrDefault(_keys[^1].Key) as List<string> ?? [];
        if (stream is not null)
            streams.Add(stream);
        _requires[^1][_keys[^1].Key] = streams;
    }

    private void EndDocument()
    {
        if (_kind == "modulemd" && _name.Length > 0 && _stream.Length > 0)
        {
            _streams.Add(
                new ModuleDocument
                {
                    Stream = new ModuleStream(_name, _stream, _context, _architecture),
                    Version = ulong.TryParse(_version, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                        ? version
                        : 0,
                    IsStatic = _isStatic,
                    Requires = _requires,
                    Artifacts = _artifacts,
                    Demodularized = _demodularized,
                }
            );
        }
        else if (_kind == "modulemd-defaults" && _module.Length > 0)
        {
            _defaults.Add(new ModuleDefault(_module, _stream));
        }

        _keys.Clear();
        (_kind, _name, _stream, _version, _context, _architecture, _module) = ("", "", "", "", "", "", "");
        (_isStatic, _artifacts, _demodularized, _requires) = (false, [], [], []);
    }

    private PatchToolsException Malformed(string what) =>
        new(
            PatchErrors.RepositoryMetadataMalformed,
            $"{_path}, line {Math.Min(_line + 1, _lines.Length)}: {what}.",
            _path
        );

    // [el8] | {platform: [el8], perl: []} | ["r-mod-on-0:1.1-1.module.x86_64"]
    /// <summary>A value in brackets, on one line.</summary>
    private ref struct FlowReader(ModuleDocumentReader owner, string text)
    {
        private readonly ModuleDocumentReader _owner = owner;
        private readonly ReadOnlySpan<char> _text = text;
        private int _at;
        private int _depth;

        public void Read()
        {
            SkipBlanks();
            if (_at >= _text.Length)
                return;
            if (++_depth > MaxDepth)
                throw _owner.Malformed($"it lies more than {MaxDepth} deep");
            switch (_text[_at])
            {
                case '[':
                    ReadList();
                    break;
                case '{':
                    ReadMap();
                    break;
                default:
                    _owner.Set(ReadScalar(",]}"));
                    break;
            }

            _depth--;
        }

        private void ReadList()
        {
            _at++;
            if (_owner.At("data", "dependencies", "requires", "*"))
                _owner.Require(null);
            while (!Ends(']'))
                Read();
        }

        private void ReadMap()
        {
            _at++;
            while (!Ends('}'))
            {
                var key = ReadScalar(":,}");
                if (_at >= _text.Length || _text[_at] != ':')
                    continue;
                _at++;
                if (_owner._keys.Count == MaxDepth)
                    throw _owner.Malformed($"it lies more than {MaxDepth} deep");
                _owner._keys.Add((int.MaxValue, key));
                Read();
                _owner._keys.RemoveAt(_owner._keys.Count - 1);
            }
        }

        private bool Ends(char bracket)
        {
            while (_at < _text.Length && _text[_at] is ' ' or ',')
                _at++;
            if (_at >= _text.Length)
                return true;
            if (_text[_at] != bracket)
                return false;
            _at++;
            return true;
        }

        private string ReadScalar(string ends)
        {
            SkipBlanks();
            var start = _at;
            if (_at < _text.Length && _text[_at] is '"' or '\'')
            {
                var length = QuoteEnd(_text[_at..]) + 1;
                _at += Math.Max(length, 1);
            }

            while (_at < _text.Length && !ends.Contains(_text[_at]))
                _at++;

            // A bracket that fits nothing must not hold the reader up.
            if (_at == start)
                _at++;
            return Unquoted(_text[start..Math.Min(_at, _text.Length)]);
        }

        private void SkipBlanks()
        {
            while (_at < _text.Length && _text[_at] == ' ')
                _at++;
        }
    }
}
