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
    private readonly ModuleDocumentDraft _draft;
    private int _line;

    private ModuleDocumentReader(string text, string path)
    {
        _path = path;
        _draft = new ModuleDocumentDraft(_keys);
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
        return reader._draft.Documents;
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
                _draft.End();
            else if (line.Length > 0)
                ReadLine(line);
        }

        _draft.End();
    }

    private void ReadLine(string line)
    {
        var indent = ModuleText.Indent(line);
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
            _draft.BeginItem();
            var inner = content.Length > 1 ? content[1..].TrimStart(' ') : [];
            indent += content.Length - inner.Length;
            content = inner;
            if (content.IsEmpty)
                return;
            while (_keys.Count > 0 && _keys[^1].Indent >= indent)
                _keys.RemoveAt(_keys.Count - 1);
        }

        var colon = ModuleText.KeyEnd(content);
        if (colon < 0)
        {
            _draft.Add(Scalar(content, indent));
            return;
        }

        if (_keys.Count == MaxDepth)
            throw Malformed($"it lies more than {MaxDepth} deep");
        _keys.Add((indent, ModuleText.Unquoted(content[..colon])));
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
                _draft.Set(Scalar(value, indent));
                break;
        }
    }

    /// <summary>Lines of a block of text, and of a plain text that goes on: whatever is indented further.</summary>
    private void SkipDeeper(int indent)
    {
        while (
            _line + 1 < _lines.Length
            && (_lines[_line + 1].AsSpan().Trim().IsEmpty || ModuleText.Indent(_lines[_line + 1]) > indent)
        )
            _line++;
    }

    private string Scalar(ReadOnlySpan<char> text, int indent)
    {
        if (text[0] is '"' or '\'')
            return ModuleText.Unquoted(Gathered(text));
        var comment = text.IndexOf(" #");
        var plain = (comment < 0 ? text : text[..comment]).TrimEnd().ToString();
        if (
            _line + 1 < _lines.Length
            && ModuleText.Indent(_lines[_line + 1]) > indent
            && ModuleText.KeyEnd(_lines[_line + 1].AsSpan().Trim()) < 0
        )
            SkipDeeper(indent);
        return plain;
    }

    /// <summary>The text up to its closing quote or bracket, which may stand some lines on.</summary>
    private string Gathered(ReadOnlySpan<char> first)
    {
        if (ModuleText.Closed(first) is var end and > 0)
            return first[..end].ToString();
        var text = new StringBuilder().Append(first);
        while (++_line < _lines.Length)
        {
            text.Append(' ').Append(_lines[_line].AsSpan().Trim());
            var gathered = text.ToString();
            if (ModuleText.Closed(gathered) is var last and > 0)
                return gathered[..last];
            if (text.Length > MaxBytes >> 4)
                break;
        }

        throw Malformed("a quote or bracket is never closed");
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
                    _owner._draft.Set(ReadScalar(",]}"));
                    break;
            }

            _depth--;
        }

        private void ReadList()
        {
            _at++;
            if (_owner._draft.At("data", "dependencies", "requires", "*"))
                _owner._draft.Require(null);
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
                var length = ModuleText.QuoteEnd(_text[_at..]) + 1;
                _at += Math.Max(length, 1);
            }

            while (_at < _text.Length && !ends.Contains(_text[_at]))
                _at++;

            // A bracket that fits nothing must not hold the reader up.
            if (_at == start)
                _at++;
            return ModuleText.Unquoted(_text[start..Math.Min(_at, _text.Length)]);
        }

        private void SkipBlanks()
        {
            while (_at < _text.Length && _text[_at] == ' ')
                _at++;
        }
    }
}
