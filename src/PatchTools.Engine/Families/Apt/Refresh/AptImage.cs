using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.Families.Apt.Refresh;

/// <summary>
/// What the apt of this host is told when it fetches the lists of an image: a folder of PatchTools' own with sources,
/// keys and credentials, and a configuration of settings that are known to be data. apt.conf of the image is never read
/// by apt: hooks, proxy finders and programs named there would run on this host, as root.
/// </summary>
internal sealed partial class AptImage(HostContext host, AptSetting setting, ImageConfiguration own)
{
    /// <summary>Settings that are numbers or switches.</summary>
    private static readonly string[] s_switches =
    [
        "Acquire::Check-Date",
        "Acquire::Check-Valid-Until",
        "Acquire::Min-ValidTime",
        "Acquire::Max-ValidTime",
        "Acquire::AllowInsecureRepositories",
        "Acquire::AllowWeakRepositories",
        "Acquire::AllowDowngradeToInsecureRepositories",
        "Acquire::By-Hash",
        "Acquire::GzipIndexes",
        "Acquire::PDiffs",
        "Acquire::Retries",
        "Acquire::ForceIPv4",
        "Acquire::ForceIPv6",
        "Acquire::http::Timeout",
        "Acquire::https::Timeout",
    ];

    private static readonly string[] s_proxies =
    [
        "Acquire::http::Proxy",
        "Acquire::https::Proxy",
        "Acquire::ftp::Proxy",
    ];

    private readonly StringBuilder _text = new();
    private readonly Dictionary<AptSourceEntry, ImageAddress> _addresses = setting
        .Sources.Entries.Distinct()
        .ToDictionary(e => e, e => ImageAddress.Of(host.Paths.Root, e.Address, own.Bring));

    /// <summary>
    /// What of the image's lists is copied. What an apt of the image has left of its own file: sources are links, and
    /// such lists are fetched again; the lock and the folders must be plain.
    /// </summary>
    public static ImageStageRules Lists { get; } =
        new()
        {
            LeavesOut = p => p == Lock,
            LeavesOutFolder = _ => true,
            PassesOverLink = p => p is not (Lock or "partial") && !p.Contains('/', StringComparison.Ordinal),
        };

    public const string ListsName = "lists";

    private const string Lock = "lock";

    /// <summary>The failures of a refresh, and the sources that apt was not given.</summary>
    public IReadOnlyDictionary<AptRepository, string> WithRefusals(IReadOnlyDictionary<AptRepository, string> failures)
    {
        var all = failures.ToDictionary(f => f.Key, f => f.Value);
        foreach (var entry in setting.Sources.Entries)
        {
            if (RefusalOf(entry) is not { } reason)
                continue;
            foreach (var repository in entry.Repositories)
                all.TryAdd(repository, reason);
        }

        return all;
    }

    /// <summary>Writes everything, and answers the path of the configuration, for <c>APT_CONFIG</c>.</summary>
    public string Write()
    {
        WriteSources();
        CopyKeys();
        CopyCredentials();
        Set("Dir", own.Folder + "/");
        Set("Dir::Etc::main", "/dev/null");
        Set("Dir::Etc::parts", "/dev/null");
        Set("Dir::Etc::sourcelist", "/dev/null");
        Set("Dir::State::lists", setting.ListsDirectory + "/");

        // Only at its own default place does apt make the folder itself.
        own.FolderOf($"{ListsName}/partial");
        Set("Dir::State::status", own.Write("status", ""));
        Set("Dir::Cache::pkgcache", "");
        Set("Dir::Cache::srcpkgcache", "");

        // The image's accounts are not this host's.
        Set("APT::Sandbox::User", "root");
        SetArchitectures();
        SetKnown();
        return own.Write("apt.conf", _text.ToString());
    }

    /// <summary>How the lists of repositories in the image are called, by its own apt and by this host's.</summary>
    public ImageNames Names =>
        new(
            setting.ListsDirectory,
            [.. Local.Select(l => (l.Own.AsDirectory().FileName(""), l.Handed.AsDirectory().FileName(""))).Distinct()]
        );

    /// <summary>Absolute paths of this host below which repositories of the image lie.</summary>
    public IReadOnlyList<string> Folders => [.. Local.Select(l => l.Handed.Path)];

    private IEnumerable<(AptUri Own, AptUri Handed)> Local =>
        _addresses.SelectMany(a =>
            a.Value.HandedOn is { } handed
            && handed != a.Key.Address
            && AptUri.Parse(a.Key.Address) is { } own
            && AptUri.Parse(handed) is { } uri
                ? (IEnumerable<(AptUri, AptUri)>)[(own, uri)]
                : []
        );

    /// <summary>What apt said, with the addresses of the image in the place of those that it was given.</summary>
    public CommandResult Said(CommandResult result)
    {
        return result with { StandardOutput = Own(result.StandardOutput), StandardError = Own(result.StandardError) };

        string Own(string text) =>
            _addresses.Aggregate(
                text,
                (said, a) =>
                    a.Value.HandedOn is { } handed
                        ? said.Replace(handed, a.Key.Address, StringComparison.Ordinal)
                        : said
            );
    }

    private string? RefusalOf(AptSourceEntry entry) => AptImageSources.RefusalOf(_addresses[entry], entry);

    private void WriteSources()
    {
        own.FolderOf("etc/apt/sources.list.d");
        var keys = own.FolderOf("keys");
        Dictionary<string, string?> copies = new(StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (var entry in setting.Sources.Entries.Where(e => RefusalOf(e) is null))
            text.Append(AptImageSources.Paragraph(entry, _addresses[entry].HandedOn!, CopyOf));
        own.Write("etc/apt/sources.list.d/image.sources", text.ToString());

        // The same keyring is the same to apt only under the same name.
        string? CopyOf(string path) =>
            copies.TryGetValue(path, out var known) ? known : copies[path] = own.Copy(path, keys);
    }

    private void CopyKeys()
    {
        var folder = own.FolderOf("etc/apt/trusted.gpg.d");
        var configuration = setting.Configuration;
        own.CopyHostPath(host.Paths.InRoot(configuration.FindFile("Dir::Etc::trusted")), folder, "0.gpg");
        foreach (
            var file in AptFiles.InDirectory(
                host.Paths.InRoot(configuration.FindFile("Dir::Etc::trustedparts")),
                ["gpg", "asc"],
                allowNoExtension: false
            )
        )
            own.CopyHostPath(file, folder);
    }

    /// <summary>User names and passwords by host (apt_auth.conf(5)): a syntax of its own without commands.</summary>
    private void CopyCredentials()
    {
        var folder = own.FolderOf("etc/apt/auth.conf.d");
        var configuration = setting.Configuration;
        own.CopyHostPath(host.Paths.InRoot(configuration.FindFile("Dir::Etc::netrc")), folder, "0.conf");
        foreach (
            var file in AptFiles.InDirectory(
                host.Paths.InRoot(configuration.FindFile("Dir::Etc::netrcparts")),
                "conf",
                allowNoExtension: true
            )
        )
            own.CopyHostPath(file, folder, $"{Path.GetFileNameWithoutExtension(file)}.conf");
    }

    private void SetArchitectures()
    {
        foreach (var architecture in setting.Architectures.Configured.Where(a => !ArchitectureName().IsMatch(a)))
            throw new PatchToolsException(
                PatchErrors.PackageManagerFailed,
                $"{host.Paths.Root} has an architecture that is not a plain word, and a refresh cannot be told of it.",
                architecture
            );
        Set("APT::Architecture", setting.Architectures.Native);
        foreach (var architecture in setting.Architectures.Configured)
            Set("APT::Architectures::", architecture);
    }

    private void SetKnown()
    {
        var configuration = setting.Configuration;
        foreach (var name in s_switches)
        {
            if (configuration.Find(name) is { Length: > 0 } value && ImageWords.IsNumberOrSwitch(value))
                Set(name, value);
        }

        foreach (var proxy in s_proxies)
        {
            foreach (var (name, value) in configuration.Below(proxy))
            {
                // For one host there is a setting below: Acquire::http::Proxy::deb.example.org.
                var isKnown =
                    name == proxy
                    || (
                        name.StartsWith(proxy + "::", StringComparison.Ordinal)
                        && HostName().IsMatch(name[(proxy.Length + 2)..])
                    );
                if (isKnown && value.Length > 0 && ImageWords.IsProxy(value))
                    Set(name, value);
            }
        }

        foreach (var language in configuration.FindList("Acquire::Languages").Where(l => Language().IsMatch(l)))
            Set("Acquire::Languages::", language);
    }

    private void Set(string name, string value)
    {
        // apt.conf has no escape for it, and a setting left out would lead apt to this host's own files.
        if (!ImageWords.IsLine(value))
            throw new PatchToolsException(
                PatchErrors.PackageManagerFailed,
                $"{name} of {host.Paths.Root} holds a quotation mark, a backslash or a control character and "
                    + $"cannot be given to apt-get.",
                host.Paths.Root
            );
        _text.Append(CultureInfo.InvariantCulture, $"{name} \"{value}\";\n");
    }

    [GeneratedRegex(@"^[a-z0-9-]{1,40}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ArchitectureName();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9.-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostName();

    [GeneratedRegex(@"^[A-Za-z_]{1,20}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Language();
}
