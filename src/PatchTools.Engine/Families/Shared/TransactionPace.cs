namespace PatchTools.Families.Shared;

/// <summary>
/// How long a transaction will take: first a guess on the long side, then corrected by what this host needed for those
/// before. With a time budget nothing begins that is not expected to end in it.
/// </summary>
internal sealed class TransactionPace
{
    /// <summary>Reading the database, triggers.</summary>
    private static readonly TimeSpan s_base = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan s_perPackage = TimeSpan.FromSeconds(4);

    /// <summary>An initial file system is made for each kernel, modules are compiled.</summary>
    private const int SlowPackage = 15;

    private const double BytesPerSecond = 1e6;

    /// <summary>A transaction may take so much longer than the ones before it did.</summary>
    private const double Margin = 1.5;

    private double _factor = 1;

    public TimeSpan Expected(InstallPlan plan) => Guess(plan) * _factor;

    public void Record(InstallPlan plan, TimeSpan taken) =>
        _factor = Math.Clamp(taken / Guess(plan) * Margin, 0.05, 20);

    private static TimeSpan Guess(InstallPlan plan) =>
        s_base
        + (s_perPackage * plan.Changes.Sum(c => IsSlow(c.Name) ? SlowPackage : 1))
        + TimeSpan.FromSeconds((plan.DownloadBytes ?? 0) / BytesPerSecond);

    private static bool IsSlow(string name) =>
        name.StartsWith("linux-image", StringComparison.Ordinal)
        || name.StartsWith("kernel", StringComparison.Ordinal)
        || name.Contains("initramfs", StringComparison.Ordinal)
        || name.Contains("dkms", StringComparison.Ordinal)
        || name.StartsWith("linux-headers", StringComparison.Ordinal)
        || name is "dracut";
}
