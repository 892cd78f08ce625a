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

public sealed class DnfProofTests : DnfProofScenarios
{
    internal override RigSystem System => RigSystem.Rhel9;
}

public sealed class Rhel8DnfProofTests : DnfProofScenarios
{
    internal override RigSystem System => RigSystem.Rhel8;
}

public sealed class AmazonLinux2023DnfProofTests : DnfProofScenarios
{
    internal override RigSystem System => RigSystem.AmazonLinux2023;
}

public sealed class FedoraDnfProofTests : DnfProofScenarios
{
    internal override RigSystem System => RigSystem.Fedora;
}

public sealed class ZypperProofTests : ZypperProofScenarios
{
    internal override RigSystem System => RigSystem.Sles15;
}

public sealed class OldSles15ZypperProofTests : ZypperProofScenarios
{
    internal override RigSystem System => RigSystem.OldSles15;
}

public sealed class Leap15ZypperProofTests : ZypperProofScenarios
{
    internal override RigSystem System => RigSystem.Leap15;
}

public sealed class Leap16ZypperProofTests : ZypperProofScenarios
{
    internal override RigSystem System => RigSystem.Leap16;
}

public sealed class AptProofTests : AptProofScenarios
{
    internal override RigSystem System => RigSystem.Debian12;
}

public sealed class Debian11AptProofTests : AptProofScenarios
{
    internal override RigSystem System => RigSystem.Debian11;
}

public sealed class Debian13AptProofTests : AptProofScenarios
{
    internal override RigSystem System => RigSystem.Debian13;
}

public sealed class Ubuntu26AptProofTests : AptProofScenarios
{
    internal override RigSystem System => RigSystem.Ubuntu26;
}

public sealed class DnfPolicyTests : DnfPolicyScenarios
{
    internal override RigSystem System => RigSystem.Rhel9;
}

public sealed class Rhel8DnfPolicyTests : DnfPolicyScenarios
{
    internal override RigSystem System => RigSystem.Rhel8;
}

public sealed class AmazonLinux2023DnfPolicyTests : DnfPolicyScenarios
{
    internal override RigSystem System => RigSystem.AmazonLinux2023;
}

public sealed class FedoraDnfPolicyTests : DnfPolicyScenarios
{
    internal override RigSystem System => RigSystem.Fedora;
}

public sealed class ZypperPolicyTests : ZypperPolicyScenarios
{
    internal override RigSystem System => RigSystem.Sles15;
}

public sealed class OldSles15ZypperPolicyTests : ZypperPolicyScenarios
{
    internal override RigSystem System => RigSystem.OldSles15;
}

public sealed class Leap15ZypperPolicyTests : ZypperPolicyScenarios
{
    internal override RigSystem System => RigSystem.Leap15;
}

public sealed class Leap16ZypperPolicyTests : ZypperPolicyScenarios
{
    internal override RigSystem System => RigSystem.Leap16;
}

public sealed class AptMishapTests : AptMishapScenarios
{
    internal override RigSystem System => RigSystem.Debian12;
}

public sealed class Debian11AptMishapTests : AptMishapScenarios
{
    internal override RigSystem System => RigSystem.Debian11;
}

public sealed class Debian13AptMishapTests : AptMishapScenarios
{
    internal override RigSystem System => RigSystem.Debian13;
}

public sealed class Ubuntu26AptMishapTests : AptMishapScenarios
{
    internal override RigSystem System => RigSystem.Ubuntu26;
}

public sealed class ZypperPatchTests : ZypperPatchScenarios
{
    internal override RigSystem System => RigSystem.Sles15;
}

public sealed class OldSles15ZypperPatchTests : ZypperPatchScenarios
{
    internal override RigSystem System => RigSystem.OldSles15;
}

public sealed class Leap15ZypperPatchTests : ZypperPatchScenarios
{
    internal override RigSystem System => RigSystem.Leap15;
}

public sealed class Leap16ZypperPatchTests : ZypperPatchScenarios
{
    internal override RigSystem System => RigSystem.Leap16;
}

public sealed class Fedora40DnfSideBySideTests : DnfSideBySideScenarios
{
    internal override RigSystem System => RigSystem.Fedora40;
}

public sealed class FedoraDnfSideBySideTests : DnfSideBySideScenarios
{
    internal override RigSystem System => RigSystem.Fedora;
}

public sealed class DnfOddHostTests : DnfOddHostScenarios
{
    internal override RigSystem System => RigSystem.Rhel9;
}

public sealed class Rhel8DnfOddHostTests : DnfOddHostScenarios
{
    internal override RigSystem System => RigSystem.Rhel8;
}

public sealed class AmazonLinux2023DnfOddHostTests : DnfOddHostScenarios
{
    internal override RigSystem System => RigSystem.AmazonLinux2023;
}

public sealed class FedoraDnfOddHostTests : DnfOddHostScenarios
{
    internal override RigSystem System => RigSystem.Fedora;
}

public sealed class ZypperOddHostTests : ZypperOddHostScenarios
{
    internal override RigSystem System => RigSystem.Sles15;
}

public sealed class OldSles15ZypperOddHostTests : ZypperOddHostScenarios
{
    internal override RigSystem System => RigSystem.OldSles15;
}

public sealed class Leap15ZypperOddHostTests : ZypperOddHostScenarios
{
    internal override RigSystem System => RigSystem.Leap15;
}

public sealed class Leap16ZypperOddHostTests : ZypperOddHostScenarios
{
    internal override RigSystem System => RigSystem.Leap16;
}

public sealed class AptOddHostTests : AptOddHostScenarios
{
    internal override RigSystem System => RigSystem.Debian12;
}

public sealed class Debian11AptOddHostTests : AptOddHostScenarios
{
    internal override RigSystem System => RigSystem.Debian11;
}

public sealed class Debian13AptOddHostTests : AptOddHostScenarios
{
    internal override RigSystem System => RigSystem.Debian13;
}

public sealed class Ubuntu26AptOddHostTests : AptOddHostScenarios
{
    internal override RigSystem System => RigSystem.Ubuntu26;
}
