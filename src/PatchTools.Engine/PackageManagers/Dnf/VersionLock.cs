using System.Text;
using PatchTools.PackageManagers.Rpm;

namespace PatchTools.PackageManagers.Dnf;

/// <summary>One entry of a version lock: stay at what it names, or never take what it names (<c>!</c>).</summary>
internal sealed record LockEntry(PackageSpec Spec, bool Excludes);

/// <summary>The administrator's version locks: the plugin's list of dnf 4 and yum 3, the file of dnf 5.</summary>
internal sealed record VersionLock(string File, IReadOnlyList<LockEntry> Entries)
{
    // # Added lock on Fri Jan 12 10:11:12 2026
    // r-sec-two-0:1.0-1.*
    // !r-late-0:1.2-1.*
    /// <summary>Null when there is no list, or the plugin is switched off.</summary>
    /// <exception cref="Errors.PatchToolsException"><see cref="Errors.PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public static VersionLock? Read(string root, DnfTool tool, IniSection main)
    {
        if (tool.IsDnf5)
            return ReadDnf5(Path.Combine(root, "etc/dnf/versionlock.toml"));
        var folder = Path.Combine(root, tool.VersionLockFolder);
        var settings = IniFile.Read(Path.Combine(folder, "versionlock.conf")).FirstOrDefault(s => s.Name == "main");
        if (settings is null || !(settings.Flag("enabled") ?? true) || !(main.Flag("plugins") ?? !tool.IsYum3))
            return null;
        var list = Path.Combine(
            root,
            (settings["locklist"] ?? Path.Combine("/", tool.VersionLockFolder, "versionlock.list")).TrimStart('/')
        );
        if (IniFile.Text(list) is not { } text)
            return null;
        List<LockEntry> entries = [];
        foreach (var line in text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            var excludes = line[0] == '!';
            var spec = PackageSpec.ParseLock(Spelled((excludes ? line[1..] : line).Trim()));
            if (spec.Forms.Count > 0)
                entries.Add(new LockEntry(spec, excludes));
        }

        return entries.Count == 0 ? null : new VersionLock(list, entries);
    }

    // yum 3's plugin writes the epoch in front: 0:r-sec-two-1.0-1.*
    private static string Spelled(string entry)
    {
        var colon = entry.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || entry.AsSpan(0, colon).IndexOfAnyExceptInRange('0', '9') >= 0)
            return entry;
        var rest = entry[(colon + 1)..];
        var release = rest.LastIndexOf('-');
        var version = release <= 0 ? -1 : rest.LastIndexOf('-', release - 1);
        return version < 0 ? rest : $"{rest[..version]}-{entry[..colon]}:{rest[(version + 1)..]}";
    }

    // dnf5 5.2 (dnf5-versionlock(8)):
    // version = "1.0"
    //
    // [[packages]]
    // name = "bash"
    // comment = "Added by 'versionlock add' command on 2026-01-12 10:11:12"
    // [[packages.conditions]]
    // key = "evr"
    // comparator = "="
    // value = "0:5.2.26-1.fc40"
    private static VersionLock? ReadDnf5(string path)
    {
        if (IniFile.Text(path) is not { } text)
            return null;
        List<LockEntry> entries = [];
        var name = "";
        Dictionary<string, string> condition = new(StringComparer.Ordinal);
        foreach (var line in text.Split('\n').Select(l => l.Trim()).Append("[[packages]]"))
        {
            if (line.StartsWith("[[", StringComparison.Ordinal))
            {
                Add();
                condition.Clear();
                if (line == "[[packages]]")
                    name = "";
            }
            else if (
                line.Length > 0
                && line[0] != '#'
                && line.IndexOf('=', StringComparison.Ordinal) is var equals and > 0
            )
            {
                var value = line[(equals + 1)..].Trim();
                if (
                    value.Length < 2
                    || value[0] is not ('"' or '\'')
                    || value.IndexOf(value[0], 1) is not (var end and > 0)
                )
                    continue;
                var option = line[..equals].Trim();
                if (option == "name")
                    name = value[1..end];
                else
                    condition[option] = value[1..end];
            }
        }

        return entries.Count == 0 ? null : new VersionLock(path, entries);

        void Add()
        {
            var comparator = condition.GetValueOrDefault("comparator");
            if (name.Length == 0 || comparator is not ("=" or "!=") || !condition.TryGetValue("value", out var value))
                return;
            var text = new StringBuilder(name).Append('-');
            if (condition.GetValueOrDefault("key") == "evr")
                text.Append(value);
            else
                return;
            entries.Add(new LockEntry(PackageSpec.ParseLock(text.ToString()), comparator == "!="));
        }
    }
}
