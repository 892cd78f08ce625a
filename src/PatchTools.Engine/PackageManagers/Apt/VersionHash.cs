namespace PatchTools.PackageManagers.Apt;

/// <summary>
/// libapt's way of telling two stanzas of one version apart (<c>debListParser::VersionHash</c>): a hash over the fields that describe how the package
/// relates to others, without blanks, <c>=</c> and epochs of zero and without case, which undoes what dpkg reformats when it writes its status.
/// </summary>
internal struct VersionHash()
{
    private uint _hash = 5381;

    /// <summary>Order of the fields matters: Installed-Size, Depends, Pre-Depends, Conflicts, Breaks, Replaces.</summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        var hash = _hash;
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c == '0' && i + 1 < value.Length && value[i + 1] == ':')
            {
                i++;
                continue;
            }

            if (c is (byte)' ' or (byte)'=' or (>= (byte)'\t' and <= (byte)'\r'))
                continue;
            hash = (33 * hash) + (c is >= (byte)'A' and <= (byte)'Z' ? c | 0x20u : c);
        }

        _hash = hash;
    }

    /// <summary>The hash together with Multi-Arch, in which equal versions agree as well (<c>debListParser::SameVersion</c>); never <see cref="PackageCatalogBuilder.NoHash"/>.</summary>
    public readonly ulong With(ReadOnlySpan<byte> multiArch, bool isArchitectureAll)
    {
        // "same" makes no sense for Architecture: all, and libapt takes it for "no"; so is an unknown word.
        var kind = multiArch.SequenceEqual("foreign"u8) ? 1UL
            : multiArch.SequenceEqual("allowed"u8) ? 2UL
            : multiArch.SequenceEqual("same"u8) && !isArchitectureAll ? 3UL
            : 0UL;
        return (1UL << 40) | (isArchitectureAll ? 1UL << 36 : 0) | (kind << 32) | _hash;
    }
}
