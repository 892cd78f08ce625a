using PatchTools.Families.Rpm.Reading;
using PatchTools.Files;

namespace PatchTools.Families.Zypper.Reading;

/// <summary>
/// Which vendors zypper takes for one and the same, so that an update from the one to the other is not a change
/// (zypp.conf(5), <c>vendordir</c>): equal but for case, or of one group. A group is named by the beginnings of its
/// members' names; everything that begins with <c>suse</c> is one by itself; names in openSUSE's own space must be
/// named whole.
/// </summary>
internal sealed class ZypperVendors
{
    private readonly Dictionary<string, int> _groups = new(StringComparer.Ordinal) { ["suse"] = 0 };

    /// <param name="lists">Vendors that are equivalent, list by list; lists that share a vendor are one.</param>
    public ZypperVendors(IEnumerable<IReadOnlyList<string>> lists)
    {
        var next = 1;
        foreach (var list in lists)
        {
            List<string> vendors = [.. list.Select(v => v.ToLowerInvariant())];
            var joined = vendors.Where(_groups.ContainsKey).Select(v => _groups[v]).Distinct().ToList();
            var group = joined.Count > 0 ? joined[0] : next++;
            foreach (
                var vendor in _groups.Where(g => joined.Contains(g.Value)).Select(g => g.Key).Concat(vendors).ToList()
            )
                _groups[vendor] = group;
        }
    }

    // /etc/zypp/vendors.d/00-openSUSE.conf of openSUSE Leap 15.5:
    // [main]
    // vendors = openSUSE,SUSE,SUSE LLC <https://www.suse.com/>
    /// <exception cref="Errors.PatchToolsException">
    /// <see cref="Errors.PatchErrors.PackageDatabaseUnreadable"/>.
    /// </exception>
    public static ZypperVendors Read(string folder)
    {
        var files = HostFiles.DirectoryExists(folder)
            ? HostFiles.FilesIn(folder).Where(f => Path.GetFileName(f)[0] != '.').Order(StringComparer.Ordinal)
            : Enumerable.Empty<string>();
        return new ZypperVendors(
            files
                .SelectMany(IniFile.Read)
                .Where(s => s.Name == "main")
                .Select(s =>
                    (IReadOnlyList<string>)
                        (s["vendors"] ?? "").Split(
                            ',',
                            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
                        )
                )
                .Where(l => l.Count > 0)
        );
    }

    public bool AreEquivalent(string one, string other)
    {
        one = one.ToLowerInvariant();
        other = other.ToLowerInvariant();
        return one == other || (GroupOf(one) is { } group && group == GroupOf(other));
    }

    private int? GroupOf(string vendor)
    {
        if (vendor.StartsWith("opensuse", StringComparison.Ordinal))
            return _groups.TryGetValue(vendor, out var exact) ? exact : null;
        var prefix = _groups.Keys.Where(k => vendor.StartsWith(k, StringComparison.Ordinal)).MaxBy(k => k.Length);
        return prefix is null ? null : _groups[prefix];
    }
}
