using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Dnf.Refresh;

/// <summary>
/// What the dnf or yum of this host is told when it fetches the metadata of an image: a configuration and repositories
/// that PatchTools writes from what it understands. dnf.conf of the image is never read by dnf: its plug-ins are
/// programs and would run on this host, as root.
/// </summary>
internal sealed partial class DnfImage
{
    /// <summary>Options that are one line of text, in the main section and in repositories.</summary>
    private static readonly string[] s_options =
    [
        "name",
        "gpgcheck",
        "repo_gpgcheck",
        "proxy",
        "proxy_username",
        "proxy_password",
        "username",
        "password",
        "sslverify",
        "timeout",
        "retries",
        "ip_resolve",
        "minrate",
        "throttle",
        "user_agent",
    ];

    /// <summary>Options that name a file of the image.</summary>
    private static readonly string[] s_files = ["sslcacert", "sslclientcert", "sslclientkey"];

    /// <summary>Only where they are set in the repository: a name or an account of all is none's.</summary>
    private static readonly HashSet<string> s_ofRepositories = new(StringComparer.Ordinal)
    {
        "name",
        "username",
        "password",
    };

    private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);
    private readonly ImageConfiguration _own;
    private readonly DnfConfiguration _configuration;
    private readonly string _root;
    private readonly List<(string Own, string Handed)> _names = [];

    public DnfImage(HostContext host, DnfConfiguration configuration, ImageConfiguration own)
    {
        _configuration = configuration;
        _root = host.Paths.Root;
        _own = own;
        var repositories = new StringBuilder();
        foreach (var repository in configuration.Repositories)
        {
            if (RefusalOf(repository) is { } reason)
                _refused.Add(repository.Id, reason);
            else
                Write(repository, repositories);
        }

        _own.Write("repos.d/image.repo", repositories.ToString());
    }

    /// <summary>Failures of a refresh, and the repositories that dnf was not given.</summary>
    public IReadOnlyDictionary<string, string> WithRefusals(IReadOnlyDictionary<string, string> failures)
    {
        var all = failures.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
        foreach (var (repository, reason) in _refused)
            all.TryAdd(repository, reason);
        return all;
    }

    /// <summary>How the repositories in the image are called in its cache, by its own dnf and by this host's.</summary>
    public ImageNames Names(string cache) => new(cache, _names);

    /// <summary>
    /// Metadata of the image that is copied: everything but packages and what says who works with it.
    /// </summary>
    public static ImageStageRules Cache { get; } =
        new() { LeavesOut = p => p.EndsWith(".pid", StringComparison.Ordinal) };

    /// <param name="cache">Folder that the metadata goes to.</param>
    public IReadOnlyList<string> Arguments(string cache)
    {
        var tool = _configuration.Tool;
        var release = _configuration.Variables["releasever"];
        return
        [
            "-y",
            $"--config={WriteMain(cache)}",
            tool.WithoutPlugins,
            $"--releasever={(release is not null && ImageWords.IsWord(release) ? release : "0")}",
            "--setopt=*.skip_if_unavailable=1",
            .. tool.AskAgain,
            "makecache",
        ];
    }

    /// <summary>
    /// The cache is a value of the image's own, and would end its line in a configuration and begin another one.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ImagePathRefused"/>.</exception>
    public static void DemandPath(string cache, DnfTool tool)
    {
        if (!ImageWords.IsPath(cache))
            throw new PatchToolsException(
                PatchErrors.ImagePathRefused,
                $"The cache {cache} of the image is not a plain path: it holds a line end, a variable or a quotation "
                    + $"mark, and {tool.Name} would read more in it than a path.",
                cache
            );
    }

    private string WriteMain(string cache)
    {
        var text = new StringBuilder("[main]\nplugins=0\n");
        foreach (
            var (option, folder) in (ReadOnlySpan<(string, string)>)
                [
                    ("pluginpath", "none"),
                    ("pluginconfpath", "none"),
                    ("reposdir", "repos.d"),
                    ("varsdir", "vars"),
                    ("persistdir", "persist"),
                    ("logdir", "log"),
                ]
        )
            text.Append(option).Append('=').Append(_own.FolderOf(folder)).Append('\n');
        foreach (var option in new[] { "cachedir", _configuration.Tool.CacheOption }.Distinct())
            text.Append(option).Append('=').Append(cache).Append('\n');
        foreach (var option in s_options.Where(o => !s_ofRepositories.Contains(o)))
            Append(text, option, _configuration.Main[option]);
        foreach (var option in s_files)
            AppendFile(text, option, _configuration.Main[option]);
        return _own.Write("dnf.conf", text.ToString());
    }

    private string? RefusalOf(DnfRepository repository)
    {
        if (!RepositoryId().IsMatch(repository.Id))
            return "its id has characters that a refresh of an image does not hand on";
        var addresses = Addresses(repository.Options).ToList();
        if (addresses.Count == 0)
            return "it has no address";
        // dnf parts a list at commas, and a variable may bring one: what is behind it would be nobody's address.
        if (addresses.Exists(a => a.Option == "baseurl" && a.Address.Contains(',', StringComparison.Ordinal)))
            return "a variable brings a second address into its own";
        return addresses.Exists(a => a.Option != "baseurl" && ImageAddress.IsLocal(a.Address))
            ? ImageAddress.MirrorsRefused
            : addresses.Select(a => AddressOf(a.Address).Refusal).FirstOrDefault(r => r is not null);
    }

    private ImageAddress AddressOf(string address) => ImageAddress.Of(_root, address, _own.Bring);

    private IEnumerable<(string Option, string Address)> Addresses(IniSection options)
    {
        foreach (var option in new[] { "metalink", "mirrorlist" })
        {
            if (options[option] is { } single && !string.IsNullOrWhiteSpace(single))
                yield return (option, _configuration.Variables.Resolve(single.Trim()));
        }

        foreach (var address in options.List("baseurl"))
            yield return ("baseurl", _configuration.Variables.Resolve(address));
    }

    private void Write(DnfRepository repository, StringBuilder text)
    {
        text.Append('[').Append(repository.Id).Append("]\nenabled=1\n");
        var addresses = Addresses(repository.Options)
            .Select(a => (a.Option, Address: AddressOf(a.Address).HandedOn!))
            .ToList();
        var handed = repository with { Source = addresses[0].Address };
        if (handed.Source != repository.Source)
            _names.Add((repository.CacheName(_configuration.Tool), handed.CacheName(_configuration.Tool)));
        foreach (var group in addresses.GroupBy(a => a.Option, a => a.Address))
            text.Append(group.Key).Append('=').AppendJoin(' ', group).Append('\n');
        foreach (var option in s_options)
            Append(text, option, repository.Options[option]);
        foreach (var option in s_files)
            AppendFile(text, option, repository.Options[option]);
        var keys = repository.Options.List("gpgkey").Select(Key).OfType<string>().ToList();
        if (keys.Count > 0)
            text.Append("gpgkey=").AppendJoin(' ', keys).Append('\n');
        text.Append('\n');
    }

    /// <summary>A key of the image is copied; one of the network stays an address.</summary>
    private string? Key(string written)
    {
        var address = _configuration.Variables.Resolve(written);
        if (address.StartsWith("file://", StringComparison.OrdinalIgnoreCase))
            return _own.Copy(Uri.UnescapeDataString(address[7..]), _own.FolderOf("keys")) is { } copy
                ? $"file://{copy}"
                : null;
        return ImageWords.IsNetworkAddress(address) ? address : null;
    }

    private void Append(StringBuilder text, string option, string? written)
    {
        if (written is null)
            return;
        var value = _configuration.Variables.Resolve(written).Trim();
        if (value.Length > 0 && ImageWords.IsLine(value) && (option != "proxy" || ImageWords.IsProxy(value)))
            text.Append(option).Append('=').Append(value).Append('\n');
    }

    private void AppendFile(StringBuilder text, string option, string? written)
    {
        if (
            written is not null
            && _own.Copy(_configuration.Variables.Resolve(written).Trim(), _own.FolderOf("keys")) is { } copy
        )
            text.Append(option).Append('=').Append(copy).Append('\n');
    }

    [GeneratedRegex(@"^[A-Za-z0-9_:-][A-Za-z0-9_.:-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex RepositoryId();
}
