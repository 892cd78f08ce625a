using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper.Reading;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.Families.Zypper.Refresh;

/// <summary>
/// What the zypper of this host is told when it fetches the metadata of an image: a small root of PatchTools' own, with
/// repositories that are written from what is understood, and copies of the image's keys, credentials and variables.
/// Services and plug-ins of the image are programs; zypper never sees them.
/// </summary>
internal sealed partial class ZypperImage
{
    private static readonly string[] s_options =
    [
        "name",
        "type",
        "path",
        "priority",
        "gpgcheck",
        "repo_gpgcheck",
        "pkg_gpgcheck",
    ];

    private static readonly string[] s_mirrors = ["metalink", "mirrorlist"];

    private static readonly HashSet<string> s_schemes = new(StringComparer.OrdinalIgnoreCase)
    {
        "http",
        "https",
        "ftp",
        "file",
        "dir",
    };

    private readonly Dictionary<string, ImageAddress> _addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal);
    private readonly HostContext _host;
    private readonly ImageConfiguration _own;
    private readonly RpmPlace _place;
    private readonly IReadOnlyList<ZypperRepository> _repositories;

    public ZypperImage(
        HostContext host,
        IReadOnlyList<ZypperRepository> repositories,
        ImageConfiguration own,
        RpmPlace place
    )
    {
        _host = host;
        _repositories = repositories;
        _own = own;
        _place = place;
        foreach (var repository in repositories)
        {
            if (RefusalOf(repository) is { } reason)
                _refused.TryAdd(repository.Alias, reason);
        }
    }

    /// <summary>Failures of a refresh, and the repositories that zypper was not given.</summary>
    public IReadOnlyDictionary<string, string> WithRefusals(IReadOnlyDictionary<string, string> failures)
    {
        var all = failures.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
        foreach (var (repository, reason) in _refused)
            all.TryAdd(repository, reason);
        return all;
    }

    /// <summary>Writes everything, and answers how zypper is led there.</summary>
    /// <param name="cache">Folder that the metadata goes to.</param>
    /// <param name="architecture">rpm's word for the image's machine.</param>
    /// <param name="runner">Starts rpm.</param>
    /// <param name="cancellationToken">Stops rpm.</param>
    /// <exception cref="CommandFailedException">rpm cannot take over the image's keys.</exception>
    public async Task<(IReadOnlyList<string> Options, string Configuration)> WriteAsync(
        string cache,
        string architecture,
        IProcessRunner runner,
        CancellationToken cancellationToken
    )
    {
        var root = _own.FolderOf("root");
        WriteRepositories();
        CopyFolder("/etc/zypp/credentials.d", _ => true);
        CopyFolder("/etc/zypp/vars.d", f => ZypperAddress.IsPlainValue(IniFile.Text(f)?.Split('\n')[0] ?? ""));
        _own.FolderOf("root/etc/products.d");
        _own.Copy("/etc/products.d/baseproduct", "root/etc/products.d", "baseproduct");
        await TakeKeysAsync(root, runner, cancellationToken);
        var arch = ImageWords.IsWord(architecture) ? $"arch = {architecture}\n" : "";
        var configuration = _own.Write("zypp.conf", $"[main]\n{arch}");
        return (
            [
                "--root",
                root,
                "--reposd-dir",
                _own.FolderOf("repos.d"),
                "--raw-cache-dir",
                cache,
                "--solv-cache-dir",
                _own.FolderOf("solv"),
                "--pkg-cache-dir",
                _own.FolderOf("packages"),
            ],
            configuration
        );
    }

    private string? RefusalOf(ZypperRepository repository)
    {
        if (!ImageWords.IsLine(repository.Alias) || repository.Alias.IndexOfAny(['[', ']']) >= 0)
            return "its alias has characters that a refresh of an image does not hand on";
        var addresses = Addresses(repository.Options).Select(a => a.Address).ToList();
        if (addresses.Count == 0)
            return "it has no address";

        // What such a list names is the server's choice, and zypper follows it to disks, programs and files of the
        // host.
        var mirrors = Addresses(repository.Options).Where(a => a.Option != "baseurl").ToList();
        if (mirrors.Exists(a => ImageAddress.IsLocal(a.Address)))
            return ImageAddress.MirrorsRefused;
        if (mirrors.Count > 0)
            return "a refresh of an image does not use lists of mirrors of zypper";
        var wrong = addresses.FirstOrDefault(a =>
            !ImageWords.IsWord(a) || ImageWords.SchemeOf(a) is not { } scheme || !s_schemes.Contains(scheme)
        );
        if (wrong is not null)
            return $"a refresh of an image does not use addresses of the kind '{ImageWords.SchemeOf(wrong)}:'";
        if (addresses.Select(ZypperAddress.RefusalOf).FirstOrDefault(r => r is not null) is { } refusal)
            return refusal;
        if (repository.Options["path"] is { } path && path.Split('/').Contains(".."))
            return $"its path {path} climbs";
        return addresses.Select(a => AddressOf(a).Refusal).FirstOrDefault(r => r is not null);
    }

    private ImageAddress AddressOf(string address) =>
        _addresses.TryGetValue(address, out var known)
            ? known
            : _addresses[address] = ImageAddress.Of(_host.Paths.Root, address, _own.Bring);

    private static IEnumerable<(string Option, string Address)> Addresses(IniSection options)
    {
        foreach (var option in s_mirrors)
        {
            if (options[option] is { } single && !string.IsNullOrWhiteSpace(single))
                yield return (option, single.Trim());
        }

        foreach (var address in options.List("baseurl"))
            yield return ("baseurl", address);
    }

    private void WriteRepositories()
    {
        var text = new StringBuilder();
        foreach (var repository in _repositories.Where(r => !_refused.ContainsKey(r.Alias)))
        {
            text.Append('[').Append(repository.Alias).Append("]\nenabled=1\nautorefresh=1\n");
            foreach (
                var group in Addresses(repository.Options).GroupBy(a => a.Option, a => AddressOf(a.Address).HandedOn)
            )
                text.Append(group.Key).Append('=').AppendJoin("\n        ", group).Append('\n');
            foreach (var option in s_options)
            {
                if (repository.Options[option]?.Trim() is { Length: > 0 } value && ImageWords.IsLine(value))
                    text.Append(option).Append('=').Append(value).Append('\n');
            }

            text.Append('\n');
        }

        _own.Write("repos.d/image.repo", text.ToString());
    }

    private void CopyFolder(string folder, Func<string, bool> isWanted)
    {
        var target = "root" + folder;
        _own.FolderOf(target);
        var source = _host.Paths.InRoot(folder);
        if (!HostFiles.DirectoryExists(source))
            return;
        foreach (
            var file in HostFiles
                .FilesIn(source)
                .Where(f => FileName().IsMatch(Path.GetFileName(f)) && HostFiles.Exists(f) && isWanted(f))
        )
            _own.CopyHostPath(file, target, Path.GetFileName(file));
    }

    /// <summary>Keys that the image trusts lie in its package database.</summary>
    private async Task TakeKeysAsync(string root, IProcessRunner runner, CancellationToken cancellationToken)
    {
        var database = _own.FolderOf("root/var/lib/rpm");
        var query = new Command("rpm", [.. _place.Options, "-q", "gpg-pubkey", "--queryformat", "%{DESCRIPTION}\\n"])
        {
            ExpectedExitCodes = [0, 1],
        };
        var keys = (await runner.RunAsync(query, cancellationToken)).StandardOutput;
        if (!keys.Contains("-----BEGIN PGP PUBLIC KEY BLOCK-----", StringComparison.Ordinal))
            return;
        var file = _own.Write("keys.asc", keys);
        await runner.RunAsync(
            new Command("rpm", ["--dbpath", RpmQuery.WithoutMacros(database), "--import", file]),
            cancellationToken
        );
        LinkOtherPlaces(root);
    }

    /// <summary>Where the rpm of this host has its database by default is where zypper looks below its root.</summary>
    private static void LinkOtherPlaces(string root)
    {
        var folder = Path.Combine(root, "usr/lib/sysimage");
        Directory.CreateDirectory(folder);
        File.CreateSymbolicLink(Path.Combine(folder, "rpm"), "../../../var/lib/rpm");
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}
