namespace PatchTools.Rigs.Tests.Scenarios;

public sealed class DnfInstallTests : DnfInstallScenarios
{
    internal override RigSystem System => RigSystem.Rhel9;
}

public sealed class Rhel8DnfInstallTests : DnfInstallScenarios
{
    internal override RigSystem System => RigSystem.Rhel8;
}

public sealed class AmazonLinux2023DnfInstallTests : DnfInstallScenarios
{
    internal override RigSystem System => RigSystem.AmazonLinux2023;
}

public sealed class FedoraDnfInstallTests : DnfInstallScenarios
{
    internal override RigSystem System => RigSystem.Fedora;
}

public sealed class DnfTroubleTests : DnfTroubleScenarios
{
    internal override RigSystem System => RigSystem.Rhel9;
}

public sealed class Rhel8DnfTroubleTests : DnfTroubleScenarios
{
    internal override RigSystem System => RigSystem.Rhel8;
}

public sealed class AmazonLinux2023DnfTroubleTests : DnfTroubleScenarios
{
    internal override RigSystem System => RigSystem.AmazonLinux2023;
}

public sealed class FedoraDnfTroubleTests : DnfTroubleScenarios
{
    internal override RigSystem System => RigSystem.Fedora;
}

public sealed class DnfMishapTests : DnfMishapScenarios
{
    internal override RigSystem System => RigSystem.Rhel9;
}

public sealed class Rhel8DnfMishapTests : DnfMishapScenarios
{
    internal override RigSystem System => RigSystem.Rhel8;
}

public sealed class AmazonLinux2023DnfMishapTests : DnfMishapScenarios
{
    internal override RigSystem System => RigSystem.AmazonLinux2023;
}

public sealed class FedoraDnfMishapTests : DnfMishapScenarios
{
    internal override RigSystem System => RigSystem.Fedora;
}

public sealed class ZypperInstallTests : ZypperInstallScenarios
{
    internal override RigSystem System => RigSystem.Sles15;
}

public sealed class OldSles15ZypperInstallTests : ZypperInstallScenarios
{
    internal override RigSystem System => RigSystem.OldSles15;
}

public sealed class Leap15ZypperInstallTests : ZypperInstallScenarios
{
    internal override RigSystem System => RigSystem.Leap15;
}

public sealed class Leap16ZypperInstallTests : ZypperInstallScenarios
{
    internal override RigSystem System => RigSystem.Leap16;
}

public sealed class ZypperTroubleTests : ZypperTroubleScenarios
{
    internal override RigSystem System => RigSystem.Sles15;
}

public sealed class OldSles15ZypperTroubleTests : ZypperTroubleScenarios
{
    internal override RigSystem System => RigSystem.OldSles15;
}

public sealed class Leap15ZypperTroubleTests : ZypperTroubleScenarios
{
    internal override RigSystem System => RigSystem.Leap15;
}

public sealed class Leap16ZypperTroubleTests : ZypperTroubleScenarios
{
    internal override RigSystem System => RigSystem.Leap16;
}

public sealed class ZypperMishapTests : ZypperMishapScenarios
{
    internal override RigSystem System => RigSystem.Sles15;
}

public sealed class OldSles15ZypperMishapTests : ZypperMishapScenarios
{
    internal override RigSystem System => RigSystem.OldSles15;
}

public sealed class Leap15ZypperMishapTests : ZypperMishapScenarios
{
    internal override RigSystem System => RigSystem.Leap15;
}

public sealed class Leap16ZypperMishapTests : ZypperMishapScenarios
{
    internal override RigSystem System => RigSystem.Leap16;
}

public sealed class InstallTests : AptInstallScenarios
{
    internal override RigSystem System => RigSystem.Debian12;
}

public sealed class Debian11AptInstallTests : AptInstallScenarios
{
    internal override RigSystem System => RigSystem.Debian11;
}

public sealed class Debian13AptInstallTests : AptInstallScenarios
{
    internal override RigSystem System => RigSystem.Debian13;
}

public sealed class Ubuntu26AptInstallTests : AptInstallScenarios
{
    internal override RigSystem System => RigSystem.Ubuntu26;
}

public sealed class TroubleTests : AptTroubleScenarios
{
    internal override RigSystem System => RigSystem.Debian12;
}

public sealed class Debian11AptTroubleTests : AptTroubleScenarios
{
    internal override RigSystem System => RigSystem.Debian11;
}

public sealed class Debian13AptTroubleTests : AptTroubleScenarios
{
    internal override RigSystem System => RigSystem.Debian13;
}

public sealed class Ubuntu26AptTroubleTests : AptTroubleScenarios
{
    internal override RigSystem System => RigSystem.Ubuntu26;
}
