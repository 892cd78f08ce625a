using System.Globalization;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>The members of the present document that count, and the documents that are whole.</summary>
/// <param name="keys">Path to where the reader is: indentation and key of each level.</param>
internal sealed class ModuleDocumentDraft(List<(int Indent, string Key)> keys)
{
    private readonly List<ModuleDocument> _streams = [];
    private readonly List<ModuleDefault> _defaults = [];

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

    /// <summary>What was read up to the last <see cref="End"/>.</summary>
    public ModuleDocuments Documents => new(_streams, _defaults);

    /// <summary>Whether the reader stands at these keys; <c>*</c> stands for any one.</summary>
    public bool At(params ReadOnlySpan<string> path)
    {
        if (keys.Count != path.Length)
            return false;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != "*" && keys[i].Key != path[i])
                return false;
        }

        return true;
    }

    public void BeginItem()
    {
        if (At("data", "dependencies"))
            _requires.Add(new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal));
    }

    public void Set(string value)
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
    public void Add(string item)
    {
        if (At("data", "artifacts", "rpms"))
            _artifacts.Add(item);
        else if (At("data", "demodularized", "rpms"))
            _demodularized.Add(item);
        else if (At("data", "dependencies", "requires", "*"))
            Require(item);
    }

    /// <summary>A module is required; without items any stream will do.</summary>
    public void Require(string? stream)
    {
        if (_requires.Count == 0)
            _requires.Add(new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal));
        var streams = _requires[^1].GetValueOrDefault(keys[^1].Key) as List<string> ?? [];
        if (stream is not null)
            streams.Add(stream);
        _requires[^1][keys[^1].Key] = streams;
    }

    /// <summary>Keeps the document where it is one that counts, and begins the next.</summary>
    public void End()
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

        keys.Clear();
        (_kind, _name, _stream, _version, _context, _architecture, _module) = ("", "", "", "", "", "", "");
        (_isStatic, _artifacts, _demodularized, _requires) = (false, [], [], []);
    }
}
